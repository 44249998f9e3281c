package dev.vectorkeeper.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vectorkeeper.run.Operation;
import java.util.Optional;

/**
 * A path of a hand-made system and what the server does there.
 *
 * @param path where
 * @param operation what; a text is embedded where nothing is given
 * @param source on which source
 * @param auth how its callers show who they are beside the server's own tokens
 * @param openStatus whether a GET for the status needs nothing
 * @param getWorks whether any authenticated GET does the work, not only one of a cron service that
 *     can send nothing else
 * @param arguments what is preset
 */
public record RouteDefinition(
    String path,
    Optional<Operation> operation,
    String source,
    Auth auth,
    boolean openStatus,
    boolean getWorks,
    ObjectNode arguments) {

  /**
   * References of secrets, one of which a caller shows; none where all are left out.
   *
   * @param bearer in the header Authorization
   * @param jobToken in the header X-Job-Token
   * @param hmac the key of a signature over time and body
   */
  public record Auth(Optional<String> bearer, Optional<String> jobToken, Optional<String> hmac) {
    /** Secrets are not shown. */
    @Override
    public String toString() {
      return "auth by %s%s%s"
          .formatted(
              bearer.isPresent() ? "bearer " : "",
              jobToken.isPresent() ? "job-token " : "",
              hmac.isPresent() ? "hmac" : "");
    }
  }
}
