package dev.vectorkeeper.app.dashboard;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One file of the dashboard, held in memory. There are those that are listed here and no others.
 */
public final class Asset {
  private static final List<String> OURS =
      List.of(
          "style.css",
          "icon.svg",
          "app.js",
          "api.js",
          "charts.js",
          "format.js",
          "parts.js",
          "collection.js",
          "failures.js",
          "migration.js",
          "overview.js",
          "providers.js",
          "schedules.js",
          "search.js",
          "settings.js",
          "verification.js");

  /** The files of each library; they import each other by these paths. */
  private static final Map<String, List<String>> LIBRARIES =
      Map.of(
          "lit-html",
          List.of("lit-html.js", "directive.js", "directive-helpers.js", "directives/repeat.js"),
          "chart.js",
          List.of("chart.umd.min.js"));

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml",
          "js", "text/javascript; charset=utf-8");

  /** Scripts and styles come from here alone, and no text is ever read as markup. */
  private static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "img-src 'self' data:",
          "connect-src 'self'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          "trusted-types lit-html");

  private final String path;
  private final String type;
  private final byte[] content;

  /** What changes with the content. */
  private final String tag;

  private Asset(String path, String type, byte[] content, String tag) {
    this.path = path;
    this.type = type;
    this.content = content;
    this.tag = tag;
  }

  /** Where the server shows it. */
  public String path() {
    return path;
  }

  /** All files of the dashboard. */
  public static List<Asset> all() {
    Stream<Asset> ours =
        OURS.stream().map(file -> of("/assets/" + file, Asset.class.getResource(file)));
    Properties libraries = libraries();
    Stream<Asset> others =
        LIBRARIES.entrySet().stream()
            .flatMap(
                library ->
                    library.getValue().stream()
                        .map(
                            file ->
                                of(
                                    "/assets/" + library.getKey() + "/" + file,
                                    Asset.class.getResource(
                                        libraries.getProperty(library.getKey()) + file))));
    return Stream.of(Stream.of(of("/", Asset.class.getResource("index.html"))), ours, others)
        .flatMap(assets -> assets)
        .toList();
  }

  private static Properties libraries() {
    Properties libraries = new Properties();
    try (InputStream in =
        Objects.requireNonNull(Asset.class.getResourceAsStream("libraries.properties"))) {
      libraries.load(in);
      return libraries;
    } catch (IOException e) {
      throw new IllegalStateException("the list of the dashboard's libraries cannot be read", e);
    }
  }

  private static Asset of(String path, @Nullable URL resource) {
    try (InputStream in = Objects.requireNonNull(resource, path).openStream()) {
      byte[] content = in.readAllBytes();
      String name = resource.getPath();
      String type =
          Objects.requireNonNull(TYPES.get(name.substring(name.lastIndexOf('.') + 1)), name);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new Asset(
          path, type, content, "\"" + HexFormat.of().formatHex(digest).substring(0, 32) + "\"");
    } catch (IOException e) {
      throw new IllegalStateException("the dashboard's file %s cannot be read".formatted(path), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Answers with the file, or that the caller has it already. */
  public void answer(Context context) {
    context.header("Cache-Control", "no-cache");
    context.header("ETag", tag);
    context.header("Content-Security-Policy", POLICY);
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(HttpStatus.NOT_MODIFIED);
    } else {
      context.contentType(type).result(content);
    }
  }
}
