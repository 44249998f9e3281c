package dev.vectorkeeper.provider.local;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.util.Map;
import java.util.Set;

/**
 * What goes into a model's graph and what comes out of it.
 *
 * @param inputs the names of its inputs
 * @param output the name of the output that is read
 * @param perToken whether that has a vector a token, else it has one a text
 * @param dimensions components of a vector
 */
record ModelGraph(Set<String> inputs, String output, boolean perToken, int dimensions) {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";

  private static final int TEXT_RANK = 2;
  private static final int TOKEN_RANK = 3;

  static ModelGraph of(OrtSession session, String file) throws OrtException {
    session.getInputInfo().forEach((name, info) -> requireInput(name, info, file));
    Map<String, NodeInfo> outputs = session.getOutputInfo();
    for (int rank : new int[] {TOKEN_RANK, TEXT_RANK}) {
      for (Map.Entry<String, NodeInfo> output : outputs.entrySet()) {
        int dimensions = dimensions(output.getValue(), rank);
        if (dimensions > 0) {
          return new ModelGraph(
              session.getInputNames(), output.getKey(), rank == TOKEN_RANK, dimensions);
        }
      }
    }
    throw unusable(file, "none of its outputs " + outputs.keySet() + " is a vector of floats");
  }

  /** The output's shape for a call of this many texts of this many tokens. */
  long[] outputShape(int texts, int tokens) {
    return perToken ? new long[] {texts, tokens, dimensions} : new long[] {texts, dimensions};
  }

  private static int dimensions(NodeInfo output, int rank) {
    if (output.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.FLOAT) {
      long[] shape = tensor.getShape();
      return shape.length == rank ? Math.toIntExact(shape[rank - 1]) : 0;
    }
    return 0;
  }

  private static void requireInput(String name, NodeInfo input, String file) {
    boolean known = Set.of(IDS, MASK, TYPES).contains(name);
    boolean isLong =
        input.getInfo() instanceof TensorInfo tensor && tensor.type == OnnxJavaType.INT64;
    if (!known || !isLong) {
      throw unusable(file, "its input \"" + name + "\" is not one of a text encoder");
    }
  }

  private static LocalModelException unusable(String file, String why) {
    return new LocalModelException(
        LocalModelException.FILE_UNUSABLE,
        "The model %s cannot be used: %s. Export it for the task \"feature-extraction\"."
            .formatted(file, why));
  }
}
