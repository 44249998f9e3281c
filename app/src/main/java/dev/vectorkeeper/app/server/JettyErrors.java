package dev.vectorkeeper.app.server;

import dev.vectorkeeper.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What Jetty answers by itself, before a request is one: problems too, and no pages. It ends the
 * connection then, which the caller is told.
 */
final class JettyErrors extends ErrorHandler {
  private static final String TYPE = "application/problem+json";

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int status,
      String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, TYPE);
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    Problem problem = Problem.of(Answers.refused(status, request.getMethod()), path(request));
    response.setStatus(problem.status());
    response.write(true, ByteBuffer.wrap(bytes(problem)), callback);
  }

  private static String path(Request request) {
    return request.getHttpURI() == null ? "" : String.valueOf(request.getHttpURI().getPath());
  }

  @Override
  public ByteBuffer badMessageError(int status, String reason, HttpFields.Mutable fields) {
    fields.put(HttpHeader.CONTENT_TYPE, TYPE);
    return ByteBuffer.wrap(bytes(Problem.of(Answers.refused(status, ""), "")));
  }

  private static byte[] bytes(Problem problem) {
    return Json.line(problem).getBytes(StandardCharsets.UTF_8);
  }
}
