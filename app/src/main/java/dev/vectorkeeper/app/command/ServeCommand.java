package dev.vectorkeeper.app.command;

import dev.vectorkeeper.Vectorkeeper;
import dev.vectorkeeper.app.server.Server;
import dev.vectorkeeper.config.ServerSettings;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Worker, schedules and HTTP API in one process. */
@Command(
    name = "serve",
    description =
        "Keeps vectors in step, begins scheduled runs, answers HTTP and shows a dashboard, until it is stopped. Any number may"
            + " run against one database. Where it listens stands in the file under server.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Examples:",
      "  vectorkeeper serve",
      "  curl http://127.0.0.1:8080/v1/status",
      "  open http://127.0.0.1:8080/ in a browser",
      "  vectorkeeper token create ops --scope read --scope operate    for callers that change something"
    })
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private Vk parent;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    try (Vectorkeeper keeper = parent.context().open()) {
      Server server = new Server(keeper, parent.context().environment());
      keeper.closeAtExit(server::close);
      server.start();
      ServerSettings settings = keeper.configuration().server();
      spec.commandLine()
          .getOut()
          .println(
              "Serving at %s%s. Stop with Ctrl-C."
                  .formatted(
                      server.address(),
                      settings.authentication() ? "" : ", to anybody on this machine"));
      spec.commandLine().getOut().flush();
      new CountDownLatch(1).await();
      return 0;
    }
  }
}
