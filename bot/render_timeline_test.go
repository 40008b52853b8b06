package bot

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

func TestATimelineSaysEachThingOnce(t *testing.T) {
	entry := func(minute int, kind, actor, text string) engine.Entry {
		return engine.Entry{At: night.Add(time.Duration(minute) * time.Minute), Kind: kind, Actor: actor, Text: text}
	}
	joined := func(minute int, name string) engine.Entry { return entry(minute, "joined", "", name+": same group") }
	entries := []engine.Entry{
		entry(0, "fired", "", "HighErrorRate"),
		joined(1, "a"), joined(2, "b"), joined(3, "c"),
		entry(4, "acknowledged", "ann", "acknowledged"),
		joined(5, "d"), joined(6, "e"), joined(7, "f"), joined(8, "g"),
		entry(9, "merged", "ann", "merged INC-2 into this: CartErrors"),
		entry(10, "all_clear", "", "all alerts ended"),
		entry(11, "note", "ann", "note that it is over"),
	}
	want := []string{
		"03:01 UTC · fired · HighErrorRate",
		"03:02 UTC · joined · a: same group", "03:03 UTC · joined · b: same group", "03:04 UTC · joined · c: same group",
		"03:05 UTC · acknowledged · @ann",
		"03:06 UTC · joined · 4 alerts till 03:09 UTC · the last g: same group",
		"03:10 UTC · merged · @ann · INC-2 into this: CartErrors",
		"03:11 UTC · all clear · all alerts ended",
		"03:12 UTC · note · @ann · note that it is over",
	}
	clocks := func(lines []string) (told []string) {
		for _, line := range lines {
			told = append(told, inClock.ReplaceAllString(line, "$1"))
		}
		return told
	}
	if got := clocks(testRenderer().timelineLines(entries, 60)); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := clocks(testRenderer().timelineLines(entries, 3)); len(got) != 4 || got[0] != "… 6 earlier" || got[1] != want[6] {
		t.Errorf("of too many: %q", got)
	}
}

func TestHeadingsOfARunbookAreNoMarks(t *testing.T) {
	for in, want := range map[string]string{
		"## Meaning\nwords":   "*Meaning*\nwords",
		"a\n# Fix #\nb # c":   "a\n*Fix*\nb # c",
		"#tag":                "#tag",
		"## a *b* c":          "## a *b* c",
		"###### Deep \nwords": "*Deep*\nwords",
	} {
		if got := testRenderer().headings(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// inClock is a time as Slack shows it in each reader's zone.
var inClock = regexp.MustCompile(`<!date\^\d+\^[^|]*\|([^>]*)>`)
