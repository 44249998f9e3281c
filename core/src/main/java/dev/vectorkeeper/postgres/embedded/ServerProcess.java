package dev.vectorkeeper.postgres.embedded;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts, finds and stops the server of one cluster. All calls need the control lock. */
final class ServerProcess {

  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
  private static final Duration CHANGE_PATIENCE = Duration.ofMinutes(2);
  private static final Duration CRASH_PATIENCE = Duration.ofSeconds(20);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int PORT_ATTEMPTS = 5;

  private final ClusterDirectory directory;
  private final ClusterUser user;
  private final ServerLog log;

  ServerProcess(ClusterDirectory directory, ClusterUser user) {
    this.directory = directory;
    this.user = user;
    this.log = new ServerLog(directory);
  }

  /** The port of the server that takes connections now, if there is one. */
  OptionalInt runningPort() {
    Instant deadline = Instant.now().plus(CHANGE_PATIENCE);
    while (Instant.now().isBefore(deadline)) {
      Optional<PostmasterFile> server =
          PostmasterFile.read(directory).filter(file -> file.isServerOf(directory.cluster()));
      if (server.isEmpty()) {
        return OptionalInt.empty();
      }
      if (server.get().isReady()) {
        return OptionalInt.of(server.get().port());
      }
      // It starts or stops at another's bidding, which gives no signal to wait for.
      LockSupport.parkNanos(PAUSE.toNanos());
    }
    throw Failures.neitherUpNorDown(directory);
  }

  /** Starts the server, which must not be running, and returns its port when it is ready. */
  int start() {
    ServerBinaries binaries = binaries();
    Optional<PostmasterFile> crashed = PostmasterFile.read(directory);
    try {
      directory.write(directory.settingsFile(), ServerSettings.ofThisMachine().text(), user);
      if (crashed.isPresent() && crashed.get().isPidTaken()) {
        crashed.get().disownPid();
      }
    } catch (IOException e) {
      throw Failures.disk(directory.root(), e);
    }
    // The users of a server that crashed go on when it comes back at the same port.
    int port = crashed.map(PostmasterFile::port).filter(LoopbackPort::isFree).orElse(0);
    Instant deadline = Instant.now().plus(crashed.isPresent() ? CRASH_PATIENCE : Duration.ZERO);
    return start(binaries, port, deadline);
  }

  private int start(ServerBinaries binaries, int preferredPort, Instant deadline) {
    int port = preferredPort == 0 ? LoopbackPort.free() : preferredPort;
    for (int attempt = 1; ; attempt++) {
      long logStart = log.size();
      Program.Outcome outcome = startAt(binaries, port);
      if (outcome.succeeded()) {
        LOG.info("PostgreSQL {} runs in {}, port {}", binaries.major(), directory.root(), port);
        return port;
      }
      if (attempt < PORT_ATTEMPTS && !LoopbackPort.isFree(port)) {
        port = LoopbackPort.free();
      } else if (Instant.now().isBefore(deadline)) {
        // Sessions of a killed server hold its memory until they notice that it is gone.
        LockSupport.parkNanos(PAUSE.toNanos());
      } else {
        throw Failures.start(directory, outcome.output(), log.tailSince(logStart));
      }
    }
  }

  private Program.Outcome startAt(ServerBinaries binaries, int port) {
    return Program.run(
        user.command(
            List.of(
                binaries.pgCtl(),
                "start",
                "--pgdata=" + directory.cluster(),
                "--log=" + directory.logFile(),
                "--options=-p " + port,
                "--wait",
                "--timeout=300",
                "--silent")));
  }

  /** Stops the server and ends its sessions; false where it was not running. */
  boolean stop() {
    if (!directory.hasCluster() || runningPort().isEmpty()) {
      return false;
    }
    Program.Outcome outcome =
        Program.run(
            user.command(
                List.of(
                    binaries().pgCtl(),
                    "stop",
                    "--pgdata=" + directory.cluster(),
                    "--mode=fast",
                    "--wait",
                    "--timeout=120",
                    "--silent")));
    if (!outcome.succeeded() && runningPort().isPresent()) {
      throw Failures.stop(directory, outcome.output());
    }
    LOG.info("PostgreSQL in {} has stopped", directory.root());
    return true;
  }

  /** Sees to the log, whether the server runs or not. */
  void prepareLog() throws IOException {
    log.prepare(user);
  }

  /** Creates the cluster when there is none. */
  void createWhenMissing() {
    if (!directory.hasCluster()) {
      new ClusterCreation(directory, user, installed().best()).create();
    }
  }

  private ServerBinaries binaries() {
    return installed().ofMajor(directory.major(), directory.root());
  }

  private static InstalledServers installed() {
    return new InstalledServers(System.getenv());
  }
}
