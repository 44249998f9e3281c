package dev.vectorkeeper.declare;

import dev.vectorkeeper.capture.CaptureDrift;
import dev.vectorkeeper.postgres.Database;
import dev.vectorkeeper.source.Source;
import java.util.List;

/** What has come apart between a source as it was applied and its table now. */
public final class DriftOfSource {
  private DriftOfSource() {}

  /** The findings, none when all is as it was applied. */
  public static List<CaptureDrift.Finding> find(Database database, Source source) {
    return database
        .jdbi()
        .withHandle(
            handle -> CaptureDrift.find(handle, source, Declared.captured(handle, source.name())));
  }
}
