package dev.vectorkeeper.postgres.embedded;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The program of an {@link EmbeddedUser}: it ends when its input does. */
final class EmbeddedUserMain {

  private EmbeddedUserMain() {}

  public static void main(String[] args) throws Exception {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.start(new EmbeddedSettings(Path.of(args[0]), "vectorkeeper"));
    System.out.println("ready " + postgres.port());
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.equals("keep")) {
        postgres.keepRunning();
        System.out.println("kept");
      } else {
        postgres.close();
        System.out.println("closed");
        return;
      }
    }
  }
}
