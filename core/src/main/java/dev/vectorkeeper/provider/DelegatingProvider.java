package dev.vectorkeeper.provider;

/** A provider that leaves to another one what it does not do itself: its requests. */
public abstract class DelegatingProvider implements EmbeddingProvider {
  /** The other one. */
  protected final EmbeddingProvider provider;

  protected DelegatingProvider(EmbeddingProvider provider) {
    this.provider = provider;
  }

  @Override
  public int dimensions() {
    return provider.dimensions();
  }

  @Override
  public RequestLimits limits() {
    return provider.limits();
  }

  @Override
  public int concurrency() {
    return provider.concurrency();
  }

  @Override
  public int countTokens(String text) {
    return provider.countTokens(text);
  }

  @Override
  public boolean countsExactly() {
    return provider.countsExactly();
  }

  @Override
  public long tokensAtMost(String text) {
    return provider.tokensAtMost(text);
  }

  @Override
  public ProviderQuota quota() {
    return provider.quota();
  }

  @Override
  public void close() {
    provider.close();
  }
}
