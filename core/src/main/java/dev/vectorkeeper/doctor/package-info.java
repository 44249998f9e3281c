/**
 * What is wrong or soon will be, with the way out. Start at {@link dev.vectorkeeper.doctor.Doctor}.
 */
@NullMarked
package dev.vectorkeeper.doctor;

import org.jspecify.annotations.NullMarked;
