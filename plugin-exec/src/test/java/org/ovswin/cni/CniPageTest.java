package org.ovswin.cni;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/cni.md names for each rule are there. */
class CniPageTest {
  private static final Path MODULE = Path.of(System.getProperty("basedir", "."));
  private static final Path TESTS = MODULE.resolve("src/test/java");
  private static final Path PAGE = MODULE.resolve("../docs/cni.md");

  /** A class, or one of its methods, whose end may be left out. */
  private static final Pattern NAMED =
      Pattern.compile("`(?!E2ETest`)([A-Z]\\w*(?:Test|Scenarios)|Refusals)(?:\\.(\\w+)…?)?`");

  /** A row of a table, but for its heading and the line below that. */
  private static final Pattern RULE =
      Pattern.compile("(?m)^\\| (?!rule |code |---|what |plugin ).*");

  @Test
  void everyNamedTest_isThere() throws IOException {
    Map<String, Path> sources;
    try (Stream<Path> files = Files.walk(TESTS)) {
      sources =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .collect(
                  Collectors.toMap(
                      file -> file.getFileName().toString().replace(".java", ""),
                      Function.identity(),
                      (one, other) -> one));
    }
    List<String> missing = new ArrayList<>();
    int named = 0;
    for (Matcher test = NAMED.matcher(Files.readString(PAGE)); test.find(); named++) {
      Path source = sources.get(test.group(1));
      if (source == null
          || (test.group(2) != null
              && !Files.readString(source).contains("void " + test.group(2)))) {
        missing.add(test.group());
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(60);
  }

  /** As far as the tables of rules and codes go; that of chained plugins has its test above it. */
  @Test
  void everyRule_namesATest() throws IOException {
    String page = Files.readString(PAGE);
    String tables = page.substring(0, page.indexOf("## Chained plugins"));
    assertThat(RULE.matcher(tables).results().map(MatchResult::group))
        .isNotEmpty()
        .allSatisfy(
            rule -> assertThat(rule).containsPattern("`\\w*(Test|Refusals)\\b|the same \\|$"));
  }
}
