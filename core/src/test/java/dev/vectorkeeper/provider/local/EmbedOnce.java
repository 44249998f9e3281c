package dev.vectorkeeper.provider.local;

import java.nio.file.Path;

/** A process that embeds one text with its native libraries in the directory that it is given. */
final class EmbedOnce {
  private EmbedOnce() {}

  public static void main(String[] arguments) {
    LocalRuntime runtime = LocalRuntime.in(Path.of(arguments[0]));
    try (LocalProvider provider =
        LocalProvider.open(LocalModel.bundled("all-MiniLM-L6-v2-q"), runtime)) {
      System.out.println("embedded " + LocalModels.document(provider, "a red door").length);
    } catch (LocalModelException e) {
      System.out.println(e.code() + " " + e.getMessage());
    }
  }
}
