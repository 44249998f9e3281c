package dev.vectorkeeper.app.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.vectorkeeper.VectorkeeperException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What went wrong, as RFC 9457 has it.
 *
 * @param type the code as a URI
 * @param title what sort of thing it is, in a few words
 * @param status the HTTP status
 * @param detail what exactly, in whole sentences
 * @param code the stable code
 * @param instance the path that was called
 * @param errors each of several problems, where there are several
 */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String code,
    String instance,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> errors) {

  /** Something that is wrong with a request. */
  public static final class Refused extends VectorkeeperException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> errors;

    public Refused(String code, String message) {
      this(code, message, List.of());
    }

    public Refused(String code, String message, List<String> errors) {
      super(code, message);
      this.errors = List.copyOf(errors);
    }

    List<String> errors() {
      return errors;
    }
  }

  private static final Set<String> NOT_FOUND =
      Set.of("VK-S01", "VK-C04", "VK-B02", "VK-J01", "VK-M01", "VK-V02", "VK-T01", "VK-H05");

  private static final Set<String> BAD =
      Set.of("VK-Q02", "VK-Q03", "VK-Q04", "VK-Q05", "VK-Q06", "VK-Q08", "VK-V01", "VK-H03");

  private static final Map<String, Integer> OTHERS =
      Map.ofEntries(
          Map.entry("VK-H04", 401),
          Map.entry("VK-H06", 403),
          Map.entry("VK-H07", 405),
          Map.entry("VK-H08", 413),
          Map.entry("VK-H09", 415),
          Map.entry("VK-H10", 429),
          Map.entry("VK-H11", 408),
          Map.entry("VK-H12", 503),
          Map.entry("VK-D02", 503),
          Map.entry("VK-D05", 503),
          Map.entry("VK-D06", 503),
          Map.entry("VK-D07", 503),
          Map.entry("VK-P01", 429),
          Map.entry("VK-P03", 504),
          Map.entry("VK-P07", 400),
          Map.entry("VK-P08", 400),
          Map.entry("VK-X01", 500));

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          Map.entry(400, "Bad request"),
          Map.entry(401, "Not authenticated"),
          Map.entry(403, "Not allowed"),
          Map.entry(404, "Not found"),
          Map.entry(405, "Method not allowed"),
          Map.entry(408, "Request timeout"),
          Map.entry(409, "Not possible now"),
          Map.entry(413, "Content too large"),
          Map.entry(415, "Unsupported media type"),
          Map.entry(429, "Too many requests"),
          Map.entry(500, "Unforeseen error"),
          Map.entry(502, "The provider failed"),
          Map.entry(503, "Unavailable"),
          Map.entry(504, "The provider took too long"));

  /** The problem that a failure is. */
  public static Problem of(VectorkeeperException e, String path) {
    int status = status(e.code());
    return new Problem(
        "urn:vectorkeeper:error:" + e.code(),
        TITLES.getOrDefault(status, "Error"),
        status,
        String.valueOf(e.getMessage()),
        e.code(),
        path,
        e instanceof Refused refused ? refused.errors() : List.of());
  }

  /** What is not foreseen is said without its cause, which may name what is nobody's business. */
  public static Problem unforeseen(String path) {
    return of(
        new VectorkeeperException(
            "VK-X01", "Something failed that was not foreseen; the server's log has more."),
        path);
  }

  /** A state of things that does not allow it, unless the code says otherwise. */
  private static int status(String code) {
    if (NOT_FOUND.contains(code)) {
      return 404;
    }
    if (BAD.contains(code)) {
      return 400;
    }
    int other = code.startsWith("VK-P") ? 502 : 409;
    return OTHERS.getOrDefault(code, other);
  }
}
