package dev.vectorkeeper.provider.local;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.IOException;
import java.util.Map;
import java.util.OptionalInt;

/** Where the two files of a model come from: the ONNX graph with its weights, and the tokenizer. */
public sealed interface Weights permits BundledWeights, DirectoryWeights {

  /** The identity of the files for sharing them in this process. */
  String key();

  /** What identifies the files in a space's fingerprint; reads a directory's files in full. */
  Map<String, String> fingerprint();

  /** The longest input that the graph takes, in tokens, where that is known. */
  OptionalInt positions();

  /** The tokenizer's file, for messages. */
  String tokenizerFile();

  /** The weights' file, for messages. */
  String modelFile();

  /** The tokenizer as JSON. */
  String readTokenizer() throws IOException;

  /** A session over the weights; nothing of what was read stays in Java's memory. */
  OrtSession openSession(OrtEnvironment environment, SessionOptions options)
      throws IOException, OrtException;
}
