package main

import (
	"context"
	"flag"
	"io"
	"strings"

	"ragoffire/engine"
)

const postmortemHelp = `the draft of an incident's post-mortem, in Markdown

  ID     the incident, such as INC-2026-0042
  FILE   where to; standard output where missing

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
		return replaceFile(words[1], write)
	})
}
