package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A model in memory: one tokenizer and one session, shared by all who use it and freed after the
 * last of them.
 */
final class LoadedModel {
  private final ModelTokenizer tokenizer;
  private final OrtSession session;
  private final ModelGraph graph;
  private final Queue<ModelBuffers> buffers = new ConcurrentLinkedQueue<>();
  private int users = 1;

  LoadedModel(ModelTokenizer tokenizer, OrtSession session, ModelGraph graph) {
    this.tokenizer = tokenizer;
    this.session = session;
    this.graph = graph;
  }

  ModelTokenizer tokenizer() {
    return tokenizer;
  }

  int dimensions() {
    return graph.dimensions();
  }

  /**
   * Keeps the model in memory until the matching {@link #release}; false when it is already freed.
   */
  synchronized boolean retain() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  synchronized void release() throws OrtException {
    users--;
    if (users == 0) {
      buffers.clear();
      tokenizer.close();
      session.close();
    }
  }

  /** Embeds the texts at these positions, all of one length, in one call of the model. */
  void embed(Tokens[] texts, int[] positions, Pooler pooler, float[][] vectors)
      throws OrtException {
    ModelBuffers free = buffers.poll();
    ModelBuffers own = free == null ? new ModelBuffers() : free;
    try {
      int length = texts[positions[0]].length();
      fill(own, texts, positions, length);
      run(own, positions.length, length);
      int step = graph.perToken() ? length : 1;
      for (int i = 0; i < positions.length; i++) {
        vectors[positions[i]] = pooler.pool(own.output(), i * step, step);
      }
    } finally {
      buffers.add(own);
    }
  }

  private void fill(ModelBuffers own, Tokens[] texts, int[] positions, int length) {
    int rows = graph.perToken() ? positions.length * length : positions.length;
    own.prepare(positions.length * length, rows * graph.dimensions());
    for (int position : positions) {
      own.ids().put(texts[position].ids());
    }
    own.ids().rewind();
  }

  private void run(ModelBuffers own, int texts, int length) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {texts, length};
    try (OnnxTensor ids = OnnxTensor.createTensor(environment, own.ids(), shape);
        OnnxTensor mask = OnnxTensor.createTensor(environment, own.mask(), shape);
        OnnxTensor types = OnnxTensor.createTensor(environment, own.types(), shape);
        OnnxTensor output =
            OnnxTensor.createTensor(environment, own.output(), graph.outputShape(texts, length))) {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      inputs.put(ModelGraph.IDS, ids);
      inputs.put(ModelGraph.MASK, mask);
      inputs.put(ModelGraph.TYPES, types);
      inputs.keySet().retainAll(graph.inputs());
      session.run(inputs, Set.of(), Map.of(graph.output(), output)).close();
    }
  }
}
