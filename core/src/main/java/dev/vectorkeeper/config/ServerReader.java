package dev.vectorkeeper.config;

import dev.vectorkeeper.config.RouteDefinition.Auth;
import dev.vectorkeeper.config.ServerSettings.Tls;
import dev.vectorkeeper.run.Operation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the section {@code server}. */
final class ServerReader {
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");
  private static final List<String> OURS =
      List.of("/v1", "/healthz", "/readyz", "/metrics", "/assets");

  private final Problems problems;
  private final RunReader runs;

  ServerReader(Problems problems, RunReader runs) {
    this.problems = problems;
    this.runs = runs;
  }

  ServerSettings read(Section section) {
    section.allow("host", "port", "authentication", "open-reads", "tls", "routes");
    String host = section.text("host").orElse(ServerSettings.DEFAULT.host());
    boolean loopback = isLoopback(section, host);
    boolean authentication =
        section.choice("authentication", "required", "off").orElse("required").equals("required");
    if (!authentication && !loopback) {
      problems.add(
          section.line("authentication"),
          "server.authentication can be off only where server.host is a loopback address such as 127.0.0.1");
    }
    return new ServerSettings(
        host,
        section.number("port", 0, 65_535).orElse(ServerSettings.DEFAULT.port()),
        authentication,
        section.flag("open-reads").orElse(loopback),
        section.section("tls").flatMap(this::tls),
        routes(section));
  }

  private boolean isLoopback(Section section, String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      problems.add(section.line("host"), "server.host: \"%s\" is no address".formatted(host));
      return true;
    }
  }

  private Optional<Tls> tls(Section section) {
    section.allow("certificate", "key");
    Optional<String> certificate = section.required("certificate");
    Optional<String> key = section.required("key");
    return certificate.isEmpty() || key.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tls(Path.of(certificate.get()), Path.of(key.get())));
  }

  private List<RouteDefinition> routes(Section section) {
    List<RouteDefinition> routes = new ArrayList<>();
    Set<String> paths = new HashSet<>();
    for (Section route : section.sections("routes")) {
      route(route, paths).ifPresent(routes::add);
    }
    return routes;
  }

  private Optional<RouteDefinition> route(Section section, Set<String> paths) {
    RunReader.allow(section, "path", "auth", "open-status", "get-works");
    Optional<String> path = section.required("path").filter(text -> isPath(section, text, paths));
    Optional<String> operation =
        section
            .required("operation")
            .flatMap(text -> section.choice("operation", "queue", "sync", "backfill", "embed"));
    Optional<String> source = runs.source(section);
    var arguments = runs.arguments(section);
    Auth auth =
        section
            .section("auth")
            .map(ServerReader::auth)
            .orElse(new Auth(Optional.empty(), Optional.empty(), Optional.empty()));
    boolean openStatus = section.flag("open-status").orElse(false);
    boolean getWorks = section.flag("get-works").orElse(false);
    if (path.isEmpty() || operation.isEmpty() || source.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new RouteDefinition(
            path.get(),
            operation
                .filter(name -> !name.equals("embed"))
                .map(name -> Operation.valueOf(name.toUpperCase(Locale.ROOT))),
            source.get(),
            auth,
            openStatus,
            getWorks,
            arguments));
  }

  /** An empty secret is none, so that a variable that is not set may stand for it. */
  private static Auth auth(Section section) {
    section.allow("bearer", "job-token", "hmac");
    return new Auth(
        section.text("bearer").filter(text -> !text.isBlank()),
        section.text("job-token").filter(text -> !text.isBlank()),
        section.text("hmac").filter(text -> !text.isBlank()));
  }

  private boolean isPath(Section section, String path, Set<String> paths) {
    if (!PATH.matcher(path).matches() || path.contains("/.")) {
      problems.add(
          section.line("path"),
          "\"%s\" is no path; write one such as /functions/v1/embed-sync".formatted(path));
    } else if (OURS.stream().anyMatch(ours -> path.equals(ours) || path.startsWith(ours + "/"))) {
      problems.add(section.line("path"), "the path %s is the server's own".formatted(path));
    } else if (!paths.add(path)) {
      problems.add(section.line("path"), "the path %s stands twice".formatted(path));
    } else {
      return true;
    }
    return false;
  }
}
