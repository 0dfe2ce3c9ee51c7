package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What holds for every command: its help, its exit codes, its messages. */
final class MainTest {
  /** Every command with the words that lead to it, the program itself included. */
  static Stream<Arguments> commands() {
    List<Arguments> commands = new ArrayList<>();
    collect(Main.commandLine(), List.of(), commands);
    return commands.stream();
  }

  private static void collect(CommandLine command, List<String> words, List<Arguments> commands) {
    commands.add(Arguments.of(words));
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              List<String> longer = new ArrayList<>(words);
              longer.add(name);
              collect(sub, List.copyOf(longer), commands);
            });
  }

  private static Invocation invoke(List<String> words, String... more) {
    List<String> arguments = new ArrayList<>(words);
    arguments.addAll(List.of(more));
    return Invocation.of(arguments.toArray(String[]::new));
  }

  private static CommandLine command(List<String> words) {
    CommandLine command = Main.commandLine();
    for (String word : words) {
      command = Objects.requireNonNull(command.getSubcommands().get(word));
    }
    return command;
  }

  @Test
  void commands_areTheseAndNoOthers() {
    assertThat(commands().map(command -> String.join(" ", words(command))))
        .containsExactlyInAnyOrder(
            "",
            "agent",
            "demo",
            "down",
            "ipam",
            "ipam block",
            "ipam block add",
            "ipam block release",
            "ipam check",
            "ipam gc",
            "ipam history",
            "ipam range",
            "ipam range add",
            "ipam range remove",
            "ipam release",
            "ipam reserve",
            "ipam show",
            "ipam unreserve",
            "openflow",
            "openflow encode",
            "openflow print",
            "train",
            "up");
  }

  @SuppressWarnings("unchecked")
  private static List<String> words(Arguments command) {
    return (List<String>) command.get()[0];
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEveryCommand_hasEveryOptionEveryCommandAndItsWords(List<String> words) {
    Invocation help = invoke(words, "--help");
    assertThat(help.exitCode()).isZero();
    assertThat(help.err()).isEmpty();
    CommandLine command = command(words);
    assertThat(help.out())
        .startsWith(
            "Usage: "
                + String.join(" ", Stream.concat(Stream.of("ovs-win"), words.stream()).toList()))
        .satisfies(text -> assertThat(shown(command)).allMatch(text::contains));
    for (OptionSpec option : command.getCommandSpec().options()) {
      assertThat(help.out()).contains(option.longestName());
      assertThat(option.description()).as("%s has a description", option).isNotEmpty();
    }
    assertThat(help.out()).doesNotContain("DEFAULT-VALUE").doesNotContain("null");
  }

  /** The commands below this one that are for users: not those that our own scripts call. */
  private static List<String> shown(CommandLine command) {
    return command.getSubcommands().entrySet().stream()
        .filter(sub -> !sub.getValue().getCommandSpec().usageMessage().hidden())
        .map(Map.Entry::getKey)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void help_ofEveryCommandThatDoesSomething_hasAnExampleThatIsAccepted(List<String> words) {
    if (isGroup(words)) {
      return;
    }
    String[] arguments = example(words);
    assertThat(String.join(" ", arguments)).startsWith(String.join(" ", words));
    // Parsed, not run: throws where an option or a value is not understood.
    assertThat(Main.commandLine().parseArgs(arguments).errors()).isEmpty();
  }

  private static boolean isGroup(List<String> words) {
    return !words.isEmpty() && !command(words).getSubcommands().isEmpty();
  }

  /** The words of the example that a command's help gives. */
  private static String[] example(List<String> words) {
    String example =
        invoke(words, "--help")
            .out()
            .lines()
            .filter(line -> line.startsWith("Example: ovs-win"))
            .findFirst()
            .orElseThrow();
    return arguments(example.substring("Example: ovs-win ".length()));
  }

  /** As a shell splits a line with quotes in it. */
  private static String[] arguments(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote == 0 && c == ' ') {
        words.add(word.toString());
        word.setLength(0);
      } else {
        word.append(c);
      }
    }
    words.add(word.toString());
    return words.toArray(String[]::new);
  }

  @Test
  void help_saysTheExitCodes() {
    assertThat(Invocation.of("--help").out())
        .contains(
            "Exit codes: 0 done, 1 failed, 2 wrong use or configuration, 3 something missing");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void unknownOption_isWrongUseAndNamed(List<String> words) {
    List<String> right = isGroup(words) || words.isEmpty() ? words : List.of(example(words));
    Invocation wrong = invoke(right, "--colour");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains("--colour");
  }

  static Stream<Arguments> wrongUse() {
    return Stream.of(
        Arguments.of("", "no command"),
        Arguments.of("ipam", "no command"),
        Arguments.of("ipam block", "no command"),
        Arguments.of("ipam range", "no command"),
        Arguments.of("openflow", "no command"),
        Arguments.of("ipan", "ipan"),
        Arguments.of("ipam list", "list"),
        Arguments.of("ipam show --output xml", "xml"),
        Arguments.of("ipam show --config", "--config"),
        Arguments.of("demo --nodes many", "many"),
        Arguments.of("demo --nodes 0", "--nodes: 0 (expected: 1 to 20)"),
        Arguments.of("demo --nodes 21", "--nodes: 21 (expected: 1 to 20)"),
        Arguments.of("demo --pods 1", "--pods: 1 (expected: 2 to 50)"),
        Arguments.of("demo --pods 51", "--pods: 51 (expected: 2 to 50)"),
        Arguments.of("ipam show --config /nowhere/agent.yaml", "/nowhere/agent.yaml"),
        Arguments.of("agent surplus", "surplus"));
  }

  @ParameterizedTest
  @MethodSource
  void wrongUse(String line, String mentioned) {
    Invocation wrong = line.isEmpty() ? Invocation.of() : Invocation.of(line.split(" "));
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).contains(mentioned).doesNotContain("Exception").doesNotContain("\tat ");
  }

  @Test
  void agent_configurationMissing_isWrongUse() {
    assertThat(Invocation.of("agent", "--config", "/nowhere/agent.yaml").exitCode()).isEqualTo(2);
  }

  @Test
  void agent_configurationWrong_isWrongUseAndChangesNothing(@TempDir Path directory)
      throws Exception {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(file, "node: node1\nstateDirectory: " + directory.resolve("state") + "\n");
    assertThat(Invocation.of("agent", "--config", file.toString()).exitCode()).isEqualTo(2);
    assertThat(directory.resolve("state")).doesNotExist();
  }

  @Test
  void version_isOneLine() {
    Invocation version = Invocation.of("--version");
    assertThat(version.exitCode()).isZero();
    assertThat(version.out()).matches("ovs-win [0-9]+\\.[0-9]+\\.[0-9]+(-SNAPSHOT)?\\R");
    assertThat(version.err()).isEmpty();
  }
}
