package dev.vectorkeeper.provider.remote;

import java.util.BitSet;

/**
 * A request that is ready to be sent.
 *
 * @param request what is asked
 * @param body its bytes
 * @param tokens about how many tokens its texts have
 * @param truncated the positions of the texts that are or will be cut
 */
@SuppressWarnings("ArrayRecordComponent")
record PreparedRequest(EmbeddingRequest request, byte[] body, long tokens, BitSet truncated) {

  int inputs() {
    return request.texts().size();
  }
}
