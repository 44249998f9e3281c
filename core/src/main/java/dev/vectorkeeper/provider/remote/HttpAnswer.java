package dev.vectorkeeper.provider.remote;

import java.net.http.HttpHeaders;

/**
 * An answer of HTTP with its whole body, or the beginning of it when it is a refusal.
 *
 * @param status the status
 * @param headers the headers
 * @param body the bytes
 */
@SuppressWarnings("ArrayRecordComponent")
record HttpAnswer(int status, HttpHeaders headers, byte[] body) {

  boolean isAnswer() {
    return status >= 200 && status < 300;
  }
}
