package org.ovswin.cli.report;

/** What a map shows in one place: never by colour alone. */
public enum Cell {
  OWN('#', "own", "32"),
  OTHER('o', "other node", "34"),
  RELEASED('~', "released, in grace", "33"),
  UNREADABLE('!', "unreadable", "1;31"),
  HELD('#', "held", "32"),
  GOING('-', "going", "35"),
  COOLING('c', "cooling", "36"),
  STICKY('s', "sticky", "34"),
  RESERVED('r', "reserved", "33"),
  NEVER('x', "never given", "2"),
  FREE('.', "free", "2");

  private final char character;
  private final String meaning;
  private final String colour;

  Cell(char character, String meaning, String colour) {
    this.character = character;
    this.meaning = meaning;
    this.colour = colour;
  }

  public char character() {
    return character;
  }

  public String meaning() {
    return meaning;
  }

  /** Parameters of Select Graphic Rendition (ECMA-48, 8.3.117). */
  String colour() {
    return colour;
  }
}
