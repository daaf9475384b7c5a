package dev.glimpse.device;

/** An exception whose message is written for users: one line that says what to do. */
public interface UserError {}
