/**
 * Vectors out of the bytes of an answer, and whether they are what was asked for. Knows JSON and
 * base64, but neither HTTP nor any vendor. Start at {@link
 * dev.vectorkeeper.provider.remote.answer.AnswerReader}.
 */
@NullMarked
package dev.vectorkeeper.provider.remote.answer;

import org.jspecify.annotations.NullMarked;
