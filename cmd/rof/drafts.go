package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"strings"

	"ragoffire/engine"
)

const draftsHelp = `past incidents that were read from Slack and wait for a person

  rof drafts                     lists them; --json as one JSON document
  rof drafts show ID             one of them, whole; --json as one JSON document
  rof drafts accept ID…          makes them history: later incidents are compared with them
  rof drafts drop ID…            they are no incidents, or of no use; they are not read again

  --title T, --symptom S, --cause C, --fix F, --service S   what to say instead, for accept and one ID

rof import slack:CHANNEL reads them. The same can be done in Slack: on the app's
Home tab, or with the slash command and drafts.
`

// draftsShown is how many a list on the terminal tells.
const draftsShown = 50

func drafts(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("drafts", flag.ContinueOnError)
	asJSON := fs.Bool("json", false, "")
	var edit engine.DraftEdit
	for _, f := range []struct {
		name string
		to   **string
	}{{"title", &edit.Title}, {"symptom", &edit.Symptom}, {"cause", &edit.RootCause}, {"fix", &edit.Resolution}, {"service", &edit.Service}} {
		fs.Func(f.name, "", func(v string) error { *f.to = &v; return nil })
	}
	words, err := parse(fs, args)
	if err != nil {
		return err
	}
	verb, ids := "", []string(nil)
	if len(words) > 0 {
		verb, ids = words[0], words[1:]
	}
	edited := edit != engine.DraftEdit{}
	switch {
	case verb != "" && verb != "show" && verb != "accept" && verb != "drop":
		return usagef("say show, accept or drop, or nothing, not %q", verb)
	case verb != "" && len(ids) == 0:
		return usagef("%s which? rof drafts lists them", verb)
	case edited && (verb != "accept" || len(ids) != 1):
		return usagef("--title, --symptom, --cause, --fix and --service go with accept and one ID")
	case *asJSON && verb != "" && (verb != "show" || len(ids) != 1):
		return usagef("--json goes with the list, and with show and one ID")
	}
	actor := cmp.Or(strings.TrimSpace(getenv("USER")), "terminal")
	return withHistory(ctx, getenv, std, func(e *engine.Engine) error {
		if verb == "" {
			return listDrafts(ctx, e, *asJSON, std)
		}
		for _, id := range ids {
			if err := decideDraft(ctx, e, verb, id, actor, edit, *asJSON, std); err != nil {
				return err
			}
		}
		return nil
	})
}

func decideDraft(ctx context.Context, e *engine.Engine, verb, id, actor string, edit engine.DraftEdit, asJSON bool, std streams) error {
	line := ""
	switch verb {
	case "show":
		d, err := e.Draft(ctx, id)
		if err != nil {
			return err
		}
		if asJSON {
			return json.NewEncoder(std.out).Encode(d)
		}
		line = draftText(&d)
	case "accept":
		i, err := e.AcceptDraft(ctx, id, actor, edit)
		if err != nil {
			return err
		}
		line = fmt.Sprintf("%s is history now, as %s", id, i.ID)
	case "drop":
		if err := e.DropDraft(ctx, id, actor); err != nil {
			return err
		}
		line = id + " is dropped"
	}
	_, err := fmt.Fprintln(std.out, line)
	return err
}

func listDrafts(ctx context.Context, e *engine.Engine, asJSON bool, std streams) error {
	limit := draftsShown
	if asJSON {
		limit = 1000
	}
	p, err := e.Drafts(ctx, "", limit)
	if err != nil {
		return err
	}
	if asJSON {
		if p.Items == nil {
			p.Items = []engine.ThreadDraft{}
		}
		return json.NewEncoder(std.out).Encode(map[string]any{"drafts": p.Items, "more": p.Next != ""})
	}
	if len(p.Items) == 0 {
		_, err := fmt.Fprintln(std.out, "no drafts wait; rof import slack:CHANNEL reads some")
		return err
	}
	for n := range p.Items {
		d := &p.Items[n]
		if _, err := fmt.Fprintf(std.out, "%s  %s  %s\n    fix: %s\n", safe(d.ID), d.StartedAt.Format("2006-01-02"), safe(d.Title), cmp.Or(safe(firstOf(d.Resolution)), "not told")); err != nil {
			return err
		}
	}
	if p.Next != "" {
		_, err = fmt.Fprintln(std.out, "and more")
	}
	return err
}

// firstOf is the first line of a text.
func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

func draftText(d *engine.ThreadDraft) string {
	var b strings.Builder
	ended := ""
	if d.ResolvedAt != nil {
		ended = ", over " + d.ResolvedAt.Format("2006-01-02 15:04")
	}
	_, _ = fmt.Fprintf(&b, "%s (%s), began %s UTC%s\n", safe(d.ID), d.Status, d.StartedAt.Format("2006-01-02 15:04"), ended)
	for _, f := range [][2]string{{"title", d.Title}, {"service", d.Service}, {"symptom", d.Symptom}, {"cause", d.RootCause}, {"fix", d.Resolution}, {"thread", d.URL}} {
		if f[1] != "" {
			_, _ = fmt.Fprintf(&b, "  %-8s %s\n", f[0], safe(strings.ReplaceAll(f[1], "\n", " / ")))
		}
	}
	return strings.TrimRight(b.String(), "\n")
}
