package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import java.io.IOException;

/** Reads a model's two files into memory, or says which of them cannot be used and why. */
final class ModelLoader {
  private final Weights weights;

  ModelLoader(Weights weights) {
    this.weights = weights;
  }

  LoadedModel load() {
    ModelTokenizer tokenizer = ModelTokenizer.open(weights);
    try {
      return load(tokenizer);
    } catch (OrtException e) {
      tokenizer.close();
      throw new LocalModelException(
          LocalModelException.FILE_UNUSABLE,
          "The file %s is not an ONNX model that can be used (%s). Fetch or export it again."
              .formatted(weights.modelFile(), e.getCode()),
          e);
    } catch (IOException e) {
      tokenizer.close();
      throw new LocalModelException(
          LocalModelException.FILE_MISSING,
          "The weights %s cannot be read (%s). A bundled model needs its jar on the class path."
              .formatted(weights.modelFile(), e.getMessage()),
          e);
    } catch (LocalModelException e) {
      tokenizer.close();
      throw e;
    }
  }

  private LoadedModel load(ModelTokenizer tokenizer) throws OrtException, IOException {
    OrtSession session = openSession();
    try {
      return new LoadedModel(tokenizer, session, ModelGraph.of(session, weights.modelFile()));
    } catch (LocalModelException e) {
      session.close();
      throw e;
    }
  }

  private OrtSession openSession() throws OrtException, IOException {
    try (SessionOptions options = new SessionOptions()) {
      // Each thread of the pool runs a call of its own; threads inside a call would only wait.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(ExecutionMode.SEQUENTIAL);
      // Texts have many lengths, and a pattern would be kept for each.
      options.setMemoryPatternOptimization(false);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      return weights.openSession(OrtEnvironment.getEnvironment(), options);
    }
  }
}
