package dev.vectorkeeper.app.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** Holds off addresses that showed many wrong tokens; remembers a bounded number of them. */
final class FailureLimit {
  private static final int MOST = 10;
  private static final long WINDOW = 60_000_000_000L;
  private static final int REMEMBERED = 10_000;

  private record Count(int failures, long since) {
    boolean isOver() {
      return System.nanoTime() - since > WINDOW;
    }
  }

  private final Map<String, Count> counts =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Count> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** Who has one address of the sixth version has as many as there are below its first half. */
  private static String network(String address) {
    try {
      byte[] bytes = InetAddress.getByName(address).getAddress();
      return bytes.length == 4 ? address : HexFormat.of().formatHex(bytes, 0, 8);
    } catch (UnknownHostException e) {
      return address;
    }
  }

  synchronized void count(String caller) {
    String address = network(caller);
    Count count = counts.get(address);
    counts.put(
        address,
        count == null || count.isOver()
            ? new Count(1, System.nanoTime())
            : new Count(count.failures() + 1, count.since()));
  }

  /**
   * Refuses an address for the rest of a minute in which it failed often.
   *
   * @throws Problem.Refused VK-H10
   */
  synchronized void requireFew(String caller) {
    Count count = counts.get(network(caller));
    if (count != null && count.failures() >= MOST && !count.isOver()) {
      throw new Problem.Refused(
          "VK-H10", "Too many wrong tokens came from this address. Try again in a minute.");
    }
  }
}
