package org.ovswin.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ScreenTest {
  private static final String CSI = "\u001b[";

  /** Home, each line and what was behind it, what was below: nothing is cleared beforehand. */
  @Test
  void frame_isWrittenOverTheOneBefore() {
    assertThat(Screen.frame(List.of("one", "two"), Optional.of(24)))
        .isEqualTo(
            CSI
                + "?2026h"
                + CSI
                + "Hone"
                + CSI
                + "K\r\ntwo"
                + CSI
                + "K"
                + CSI
                + "J"
                + CSI
                + "?2026l");
  }

  @Test
  void frame_asHighAsTheScreen_fits() {
    assertThat(Screen.frame(List.of("one", "two"), Optional.of(2))).contains("one", "two");
  }

  @Test
  void frame_higherThanTheScreen_endsWithHowMuchMoreThereIs() {
    assertThat(Screen.frame(List.of("one", "two", "three", "four"), Optional.of(3)))
        .contains("one", "two", "… and 2 more lines: a higher window has room for them")
        .doesNotContain("three");
  }

  @Test
  void frame_ofUnknownHeight_hasAllLines() {
    assertThat(Screen.frame(List.of("one", "two", "three"), Optional.empty()))
        .contains("one", "two", "three");
  }

  @Test
  void close_leavesTheTerminalAsItWas_onceOnly() {
    StringWriter written = new StringWriter();
    Screen screen = Screen.open(new PrintWriter(written), () -> Optional.of(24));
    screen.show(List.of("text"));
    screen.close();
    screen.show(List.of("too late"));
    screen.close();
    assertThat(written.toString())
        .startsWith(CSI + "?1049h" + CSI + "?25l" + CSI + "?7l")
        .contains("text")
        .endsWith(CSI + "?7h" + CSI + "?25h" + CSI + "?1049l")
        .doesNotContain("too late")
        .containsOnlyOnce("?1049l");
  }
}
