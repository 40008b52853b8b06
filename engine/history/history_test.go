package history_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"ragoffire/engine"
	"ragoffire/engine/history"
)

var update = flag.Bool("update", false, "write the golden file anew")

const library = "testdata/library"

// report is all rows of the library and what is wrong with the rest, as people
// would check it by eye.
func report(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := filepath.WalkDir(library, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(library, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, l := range history.Parse(filepath.ToSlash(name), "", data) {
			fmt.Fprintf(&b, "%s:%d: ", l.File, l.Line)
			var e *engine.Error
			switch {
			case errors.As(l.Err, &e):
				fmt.Fprintf(&b, "%s\n", e.Text)
			case l.Err != nil:
				t.Errorf("%s:%d: %v is not for people", l.File, l.Line, l.Err)
			default:
				if err := enc.Encode(l.Row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryFormatBecomesRows(t *testing.T) {
	const golden = "testdata/library.golden"
	got := report(t)
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the library reads differently; see it with go test ./engine/history -update and git diff\n%s", got)
	}
}

func TestTheKindIsSaidByThePathNearestToTheFile(t *testing.T) {
	for name, want := range map[string]string{
		"runbooks/disk.md": engine.KindRunbook, "docs/playbooks/a/b.md": engine.KindRunbook, "post-mortems/x.md": engine.KindIncident,
		"2024-postmortem-disk.md": engine.KindIncident, "runbooks/incidents/x.md": engine.KindIncident, "rca/x.md": engine.KindIncident,
		"INC-7/notes.md": "", "notes/x.md": "", "": "",
	} {
		if got := history.KindOf(name); got != want {
			t.Errorf("KindOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestADocumentKeepsItsID(t *testing.T) {
	ids := make(map[string]string)
	for _, name := range []string{"a/b.md", "a b.md", "a-b.md", "a:b.md", "b.md", "Störung.md", strings.Repeat("long/", 80) + "x.md", strings.Repeat("long/", 80) + "y.md"} {
		read := func(body string) engine.Row {
			lines := history.Parse(name, engine.KindRunbook, []byte(body))
			if len(lines) != 1 || lines[0].Err != nil {
				t.Fatalf("%s: %+v", name, lines)
			}
			return lines[0].Row
		}
		row := read("# One\n\nfirst text")
		if again := read("# Another\n\nsecond text"); again.ID != row.ID {
			t.Errorf("%s: %q became %q when its text changed", name, row.ID, again.ID)
		}
		if other := ids[row.ID]; other != "" {
			t.Errorf("%s and %s are both %q", name, other, row.ID)
		}
		if ids[row.ID] = name; len(row.ID) > 255 || strings.ContainsAny(row.ID, "/ ") {
			t.Errorf("%s: id %q does not fit an address", name, row.ID)
		}
	}
}

func TestALargeRunbookGoesInWhole(t *testing.T) {
	body := "# Big\n\n## Mitigation\n\nRestart it.\n\n## Log\n\n" + strings.Repeat("a line of the log\n", 60_000)
	row := history.Parse("runbooks/big.md", "", []byte(body))[0].Row
	if len(row.Text) < 1_000_000 || row.Title != "Big" {
		t.Errorf("%d bytes of text, title %q", len(row.Text), row.Title)
	}
}

func TestFrontMatterThatWouldCostTooMuchIsRefused(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x]\n")
	for i := range 8 {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 9), ","))
	}
	for name, head := range map[string]string{
		"aliases": laughs.String(), "lists": strings.Repeat("[", 60_000), "objects": strings.Repeat("{a: ", 15_000),
		"entries": strings.Repeat("- ", 30_000), "too long": strings.Repeat("a: b\n", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			got := history.Parse("runbooks/x.md", "", []byte("---\n"+head+"\n---\n# x\n"))
			if len(got) != 1 || engine.KindOf(got[0].Err) != engine.Invalid || got[0].Line == 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestADocumentOfHeadingsOnlyIsRead(t *testing.T) {
	got := history.Parse("incidents/x.md", "", []byte(strings.Repeat("# Impact\n", 100_000)+"# Fix\nx"))
	if len(got) != 1 || got[0].Err != nil || got[0].Row.Title != "x" {
		t.Errorf("%.200v", got)
	}
}

func TestEveryKindOfFileMayBeInUTF16(t *testing.T) {
	for name, body := range map[string]string{
		"incidents/a.md":    "# Größe\r\n\r\n## Symptom\r\n\r\nslow",
		"incidents/a.csv":   "title,symptom\r\nGröße,slow\r\n",
		"incidents/a.json":  `[{"title":"Größe","symptom":"slow"}]`,
		"incidents/a.jsonl": `{"title":"Größe","symptom":"slow"}` + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			data := []byte{0xff, 0xfe}
			for _, unit := range utf16.Encode([]rune(body)) {
				data = binary.LittleEndian.AppendUint16(data, unit)
			}
			got := history.Parse(name, "", data)
			if len(got) != 1 || got[0].Err != nil || got[0].Row.Title != "Größe" || got[0].Row.Symptom != "slow" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestAQuoteThatNothingClosesIsTold(t *testing.T) {
	const header = "kind,id,title\n"
	for name, c := range map[string]struct {
		table string
		rows  int // that are read
		line  int // of the bad one, 0 for none
	}{
		"in the middle":             {header + "incident,A,one\nincident,B,\"two\nincident,C,three\n", 1, 3},
		"in the last line":          {header + "incident,A,one\nincident,B,\"two", 1, 3},
		"in the header":             {"kind,id,\"title\nincident,A,one\n", 0, 1},
		"after a quote of the text": {header + "incident,A,\"the \"\"pool\"\"\n", 0, 2},
		"closed at the end":         {header + "incident,A,\"one\ntwo\"", 1, 0},
		"closed, with a line break": {header + "incident,A,\"one, \"\"two\"\"\"\r\n", 1, 0},
		"empty":                     {header + "incident,A,one\nincident,B,\"\"\n", 1, 3},
		"within a field":            {header + "incident,A,un\"closed\n", 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			rows, line := 0, 0
			for _, l := range history.Parse("a.csv", "", []byte(c.table)) {
				if l.Err == nil {
					rows++
				} else {
					line = l.Line
				}
			}
			if rows != c.rows || line != c.line {
				t.Errorf("%d rows and line %d told, want %d and %d", rows, line, c.rows, c.line)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range []struct{ name, data string }{
		{"a.md", "---\nkind: incident\n---\n# T\n**Fix**\n\n* 12:00 x\n"},
		{"a.md", "---\na: &x [*x]\n---\n"},
		{"a.csv", "kind;title\nincident;\"a\nb\"\n"},
		{"a.csv", "kind;title\n\nincident;\"a\nb"},
		{"a.json", `{"incidents":[{"title":"x"},1],"runbooks":null}`},
		{"a.json", `[{"title":"x"}`},
		{"a.jsonl", "{\"title\":\"x\"}\r\n\xff\n"},
	} {
		f.Add(c.name, "incident", []byte(c.data))
	}
	f.Fuzz(func(t *testing.T, name, kind string, data []byte) {
		last := 0
		for _, l := range history.Parse(name, kind, data) {
			if l.Line < last {
				t.Errorf("line %d after line %d", l.Line, last)
			}
			last = l.Line
			if l.Err == nil && l.Row.Check() != nil {
				t.Errorf("a row that is none: %+v", l.Row)
			}
		}
	})
}
