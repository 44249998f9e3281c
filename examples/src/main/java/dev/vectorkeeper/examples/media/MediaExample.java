package dev.vectorkeeper.examples.media;

import dev.vectorkeeper.examples.Criterion;
import dev.vectorkeeper.examples.Example;
import dev.vectorkeeper.examples.Service;
import dev.vectorkeeper.examples.Stage;
import java.util.List;

/** Media items under two models of equal dimensions, filled by two cron jobs. */
public final class MediaExample implements Example {
  @Override
  public String name() {
    return "media";
  }

  @Override
  public List<Criterion> criteria() {
    return List.of(
        new Criterion("M1", "two profiles of equal dimensions at once; none is told by its length"),
        new Criterion(
            "M2", "a cursor each; one slowed, stopped or restarted never moves the other"),
        new Criterion("M3", "media-embed-backfill takes both payloads of the file as they stand"),
        new Criterion("M4", "X-Job-Token is asked for where EMBED_BACKFILL_JOB_TOKEN is set"),
        new Criterion("M5", "the seven variables reach the providers, the full address too"),
        new Criterion("M6", "two staggered jobs; OpenAI's begins disabled and can be enabled"),
        new Criterion("M7", "function, settings row 1 and view switch alike, with equal checks"),
        new Criterion("M8", "three active views, and the indexes that they use"),
        new Criterion("M9", "media_embeddings holds both; the active view has no item twice"),
        new Criterion("M10", "taste vectors are the normalised mean, through a switch too"),
        new Criterion("M11", "no switch below the coverage unless forced; back; none feels it"));
  }

  @Override
  public void run(Stage stage) throws Exception {
    stage.script("schema.sql");
    Catalogue catalogue = Catalogue.fill(stage);
    Playing playing = Playing.on(stage);
    stage.env("EMBED_BACKFILL_JOB_TOKEN", Calls.TOKEN);
    CronJobs jobs = new CronJobs(stage, playing);
    jobs.declare();
    jobs.runWithoutTheKey();
    Cursors cursors = new Cursors(stage, playing);
    try (Service service = stage.serve()) {
      jobs.enable();
      new Payloads(stage, new Calls(stage, service), playing).run();
      cursors.run(new Calls(stage, service));
    }
    try (Service service = stage.serve()) {
      Calls calls = new Calls(stage, service);
      cursors.goOn(calls);
      afterTheRestart(stage, catalogue, calls);
    }
  }

  private static void afterTheRestart(Stage stage, Catalogue catalogue, Calls calls)
      throws Exception {
    Switching switching = new Switching(stage);
    calls.fill("jina");
    calls.backfill("openai", catalogue.size() / 5);
    switching.beforeAllIsThere();
    calls.fill("openai");
    new SideBySide(stage, catalogue, calls).run();
    TasteVectors tastes = new TasteVectors(stage, catalogue);
    tastes.beforeASwitch();
    switching.whenAllIsThere();
    Load load = new Load(stage);
    load.run();
    calls.fill("jina");
    calls.fill("openai");
    tastes.afterSwitches();
    switching.underLoad(load);
  }
}
