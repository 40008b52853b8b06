package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"ragoffire/engine"
)

const postmortemHelp = `the draft of an incident's post-mortem, in Markdown

  ID     the incident, such as INC-2026-0042
  FILE   where to; standard output where missing. One that holds something else stays

It is made from the timeline: impact, detection, timeline, cause, resolution and
follow-ups. What nobody told yet is a comment in it; filled in, import takes it back.

example:
  rof postmortem INC-2026-0042 docs/postmortems/checkout.md
`

// safeLines is safe for text of several lines.
func safeLines(s string) string {
	lines := strings.Split(s, "\n")
	for n := range lines {
		lines[n] = safe(lines[n])
	}
	return strings.Join(lines, "\n")
}

func postmortem(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	words, err := parse(flag.NewFlagSet("postmortem", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(words) == 0 || len(words) > 2 {
		return usagef("say which incident, and at most one file")
	}
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		doc, _, err := e.DraftPostmortem(ctx, words[0])
		if err != nil {
			return err
		}
		write := func(w io.Writer) error {
			_, err := io.WriteString(w, doc)
			return err
		}
		if len(words) == 1 || words[1] == stdinName {
			if terminal(std.out) {
				doc = safeLines(doc)
			}
			return write(std.out)
		}
		if err := keepsOther(words[1], doc); err != nil {
			return err
		}
		return replaceFile(words[1], write)
	})
}

// keepsOther refuses a file that holds something other than the draft: somebody
// may have filled in what nothing here knows.
func keepsOther(name, doc string) error {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return nil
	}
	if old, err := os.ReadFile(name); err == nil && string(old) == doc {
		return nil
	}
	return fmt.Errorf("%s is there already and may have been filled in; name another file, or move it away first", name)
}
