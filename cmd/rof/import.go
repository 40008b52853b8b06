package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"iter"
	"strings"

	"ragoffire/engine"
)

const importHelp = `post-mortems and runbooks into the history

  PATH        a file, or a folder that is walked: Markdown (.md), JSON, JSON lines (.jsonl), CSV;
              - reads JSON lines from standard input
  slack:ID    a Slack channel by its id: its threads become drafts, which are no history until somebody accepts
              them (rof drafts); the same again goes on where it was, and reads what is new
  --since T   how far back a channel is read: 180d
  --dry-run   say what would happen and write nothing
  --json      one JSON document on stdout instead of text

A row has kind (incident or runbook) and at least a title, a symptom or a text; the README lists the rest. A Markdown
file is an incident or a runbook by its front matter, its folder or its headings. The same import again changes
nothing: an id that exists is updated. A bad row is reported with its file and line, the rest goes in, and the exit
status is 1.

examples:
  rof import docs/postmortems docs/runbooks
  rof export | DATABASE_URL=postgres://… rof import -
`

// badShown is how many bad rows the JSON report lists; stderr has them all.
const badShown = 100

// importReport is what import --json prints.
type importReport struct {
	engine.ImportReport
	Bad     []badRow `json:"bad"`
	Left    []string `json:"left,omitempty"` // ids of what lives here
	Skipped int      `json:"skipped_files"`
	DryRun  bool     `json:"dry_run,omitempty"`
}

type badRow struct {
	File  string `json:"file"`
	Line  int    `json:"line"`
	Error string `json:"error"`
}

func importHistory(ctx context.Context, args []string, getenv func(string) string, std streams) error {
	fs := flag.NewFlagSet("import", flag.ContinueOnError)
	dry := fs.Bool("dry-run", false, "")
	asJSON := fs.Bool("json", false, "")
	since := fs.String("since", sinceDefault, "")
	paths, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return usagef("say what to import: files, folders, - for standard input, or slack:CHANNEL")
	}
	if channels, others := fromSlack(paths); len(channels) > 0 {
		if len(others) > 0 {
			return usagef("import files and channels one after the other")
		}
		return importSlack(ctx, channels, *since, *dry, *asJSON, getenv, std)
	}
	if *since != sinceDefault {
		return usagef("--since is for slack:CHANNEL; of files all is read")
	}
	files, skipped, err := gather(paths)
	if err != nil {
		return err
	}
	bar := newProgress(std.err, total(files))
	report := importReport{Bad: []badRow{}, Skipped: skipped, DryRun: *dry}
	opt := engine.ImportOptions{
		DryRun: *dry,
		Bad: func(l engine.Line) {
			bar.clear()
			row := badRow{l.File, l.Line, textOf(l.Err)}
			_, _ = fmt.Fprintf(std.err, "%s:%d: %s\n", safe(row.File), row.Line, safe(row.Error))
			if len(report.Bad) < badShown {
				report.Bad = append(report.Bad, row)
			}
		},
		After: func(r engine.ImportReport) { bar.rows(r.Added + r.Updated + r.Unchanged + r.BadCount) },
		Left:  func(ids []string) { report.Left = append(report.Left, ids...) },
	}
	err = withHistory(ctx, getenv, std, func(e *engine.Engine) (err error) {
		report.ImportReport, err = e.Import(ctx, linesOf(files, std.in, bar), opt)
		return err
	})
	bar.clear()
	if err == nil || report.Added+report.Updated > 0 {
		err = errors.Join(err, report.print(std, *asJSON))
	}
	if err == nil && report.BadCount > 0 {
		return errReported
	}
	return err
}

// linesOf reads the rows of all files, one file after the other.
func linesOf(files []historyFile, stdin io.Reader, bar *progress) iter.Seq2[engine.Line, error] {
	return func(yield func(engine.Line, error) bool) {
		for _, f := range files {
			for l, err := range f.lines(stdin, bar) {
				if !yield(l, err) || err != nil {
					return
				}
			}
		}
	}
}

// textOf is an error as people read it.
func textOf(err error) string {
	if e, ok := errors.AsType[*engine.Error](err); ok {
		return e.Text
	}
	return err.Error()
}

func (r *importReport) print(std streams, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(std.out).Encode(r)
	}
	if len(r.Left) > 0 {
		if _, err := fmt.Fprintf(std.err, "left as they are, for they live here: %s\n", safe(some(r.Left, 3))); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(std.out, r.summary())
	return err
}

// summary is one line, such as "imported 12 incidents, 3 runbooks (2 updated)".
func (r *importReport) summary() string {
	verb := "imported"
	if r.DryRun {
		verb = "would import"
	}
	var notes []string
	note := func(n int, word string) {
		if n > 0 {
			notes = append(notes, fmt.Sprintf("%d %s", n, word))
		}
	}
	note(r.Updated, "updated")
	note(r.Unchanged, "unchanged")
	note(r.BadCount, "bad")
	if r.Skipped == 1 {
		notes = append(notes, "1 other file skipped")
	} else {
		note(r.Skipped, "other files skipped")
	}
	s := fmt.Sprintf("%s %s, %s", verb, counted(r.Incidents, "incident"), counted(r.Runbooks, "runbook"))
	if len(notes) > 0 {
		s += " (" + strings.Join(notes, ", ") + ")"
	}
	return s
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// some names the first few of a list.
func some(ids []string, few int) string {
	if len(ids) <= few {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:few], ", "), len(ids)-few)
}
