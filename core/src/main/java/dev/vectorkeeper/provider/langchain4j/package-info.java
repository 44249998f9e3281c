/**
 * LangChain4j's embedding models as providers, for an application that has one already. The only
 * package that knows LangChain4j, which is an optional dependency. Start at {@link
 * dev.vectorkeeper.provider.langchain4j.LangChain4jProvider}.
 */
@NullMarked
package dev.vectorkeeper.provider.langchain4j;

import org.jspecify.annotations.NullMarked;
