package dev.vectorkeeper.app.terminal;

import dev.vectorkeeper.importing.Adopting;
import dev.vectorkeeper.importing.Part;
import dev.vectorkeeper.importing.Proposal;
import dev.vectorkeeper.importing.Queue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What follows a proposed file, for people. */
public final class ImportText {
  private final List<String> lines = new ArrayList<>();

  private ImportText() {}

  /** The commands and statements that follow, a line each. */
  public static List<String> of(Proposal proposal) {
    ImportText text = new ImportText();
    text.before(proposal.before());
    text.commands(proposal.adoptions());
    text.rest(proposal);
    return text.lines;
  }

  /** What is left to do once everything was adopted. */
  public static List<String> afterwards(Proposal proposal) {
    ImportText text = new ImportText();
    text.rest(proposal);
    return text.lines;
  }

  private void before(List<String> statements) {
    if (!statements.isEmpty()) {
      lines.add("First, in the database, because Vectorkeeper's own are to have these names:");
      statements.forEach(statement -> lines.add("  " + statement));
    }
  }

  private void commands(List<Adopting> adoptions) {
    lines.add("Then, while no worker runs (a sample of 200 texts is embedded again for each):");
    lines.add("  vectorkeeper apply");
    adoptions.stream()
        .filter(adoption -> adoption.vectors() > 0)
        .forEach(adoption -> lines.add("  " + adoption.getCommand()));
  }

  private void rest(Proposal proposal) {
    proposal.queues().forEach(this::queue);
    lines.add(
        "Switch off what makes vectors by itself. What runs outside of the database cannot be seen from here: scripts, functions of a platform, a host's cron.");
    for (Part part : proposal.parts()) {
      if (!part.sql().isEmpty()) {
        lines.add("  -- " + part.what());
        lines.add("  " + part.sql());
      }
    }
    lines.add("Then what keeps them in step:");
    lines.add("  vectorkeeper worker");
    proposal.adoptions().stream()
        .map(Adopting::source)
        .distinct()
        .forEach(source -> lines.add("  vectorkeeper verify " + source));
    if (!proposal.parts().isEmpty()) {
      lines.add("Later, when nothing needs them any more:");
      proposal.parts().forEach(part -> lines.add("  " + part.later()));
    }
    proposal.passed().forEach(lines::add);
  }

  private void queue(Queue queue) {
    lines.add(
        String.format(
            Locale.ROOT,
            "In the queue %s %,d rows wait (%,d of them failed before) and %,d were given up. Those that wait are embedded whatever vector they have. Those that were given up are tried anew if they have none, three times each; what fails again shows in \"vectorkeeper failures list %s\".",
            queue.table(),
            queue.pending(),
            queue.retried(),
            queue.failed(),
            queue.source()));
    queue.reasons().forEach(reason -> lines.add("  given up " + reason));
  }
}
