package dev.vectorkeeper.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** A claim of the queue as a batch for the embedding path. */
public record ClaimBatch(Claims claims, Claim claim) implements KeyBatch {
  @Override
  public List<String> keys() {
    return claim.keys();
  }

  @Override
  public Optional<Instant> since() {
    return Optional.of(claim.oldest());
  }

  /** For logs: which claims. */
  @Override
  public String toString() {
    return "claim " + claim.ids();
  }

  @Override
  public boolean isHeld(Handle handle) {
    return claims.isHeld(handle, claim);
  }

  @Override
  public void complete(Handle handle, BatchResult result) {
    claims.complete(handle, claim);
  }

  @Override
  public void release(Handle handle, Duration delay) {
    claims.release(handle, claim, delay);
  }

  @Override
  public void renew(Handle handle, Duration lease) {
    Claims.renew(handle, claim, lease);
  }
}
