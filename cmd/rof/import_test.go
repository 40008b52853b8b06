package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

// ran is what a command said and its exit status.
type ran struct {
	code     int
	out, err string
}

// rofOn runs commands on one store.
func rofOn(t *testing.T, db string, env ...string) func(stdin string, args ...string) ran {
	t.Helper()
	home := t.TempDir()
	return func(stdin string, args ...string) ran {
		t.Helper()
		getenv := func(name string) string {
			for _, e := range append([]string{db, "HOME=" + home}, env...) {
				if v, ok := strings.CutPrefix(e, name+"="); ok {
					return v
				}
			}
			return ""
		}
		var out, errs bytes.Buffer
		code := run(t.Context(), args, getenv, strings.NewReader(stdin), &out, &errs)
		return ran{code, out.String(), errs.String()}
	}
}

// docs writes a folder as teams keep it.
func docs(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func teamDocs(t *testing.T) string {
	return docs(t, map[string]string{
		"runbooks/CheckoutQueueStuck.md":  "# CheckoutQueueStuck\n\n## Mitigation\n\nRestart the consumers one by one.\n",
		"runbooks/old/DiskFull.md":        "# DiskFull\r\n\r\n## Steps\r\n1. Grow it\r\n",
		"postmortems/2024-07-25-stock.md": "# Stock counted twice\n\n## Impact\nWrong orders.\n\n## Resolution\nStopped the second import.\n",
		"tables/old.csv":                  "kind,id,title,resolution,spike_percentage\nincident,C-1,Cache was cold,Warmed it,320%\nincident,C-2,Wrong,no,up\n",
		"runbooks/picture.png":            "not read",
		"runbooks/.hidden.md":             "# Hidden\n",
		"node_modules/x/README.md":        "# Not ours\n",
		"runbooks/.git/x.md":              "# Not ours\n",
		"notes/unclear.md":                "words\n",
	})
}

func TestAFolderGoesInAndABadRowIsReported(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		rof, dir := rofOn(t, db, "ROF_SEED=false"), teamDocs(t)
		got := rof("", "import", dir)
		if want := "imported 2 incidents, 2 runbooks (2 bad, 2 other files skipped)\n"; got.code != exitFailed || got.out != want {
			t.Errorf("status %d, %q, want %q", got.code, got.out, want)
		}
		lines := strings.Split(strings.TrimSpace(got.err), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[0], filepath.Join(dir, "notes/unclear.md")+":1: kind: ") ||
			!strings.HasPrefix(lines[1], filepath.Join(dir, "tables/old.csv")+":3: spike_percentage: ") {
			t.Errorf("stderr:\n%s", got.err)
		}
		if got := rof("", "import", filepath.Join(dir, "postmortems"), filepath.Join(dir, "runbooks")); got.code != exitDone ||
			got.out != "imported 1 incident, 2 runbooks (2 other files skipped)\n" {
			t.Errorf("folders by themselves are other ids: %+v", got)
		}
		if got := rof("", "import", filepath.Join(dir, "runbooks", "CheckoutQueueStuck.md")); got.out != "imported 0 incidents, 0 runbooks (1 unchanged)\n" {
			t.Errorf("one of its files: %+v", got)
		}
	})
}

func TestTheReportIsOneDocument(t *testing.T) {
	rof, dir := rofOn(t, sqliteDB(t), "ROF_SEED=false"), teamDocs(t)
	for _, dry := range []bool{true, false} {
		args := []string{"import", "--json", dir}
		if dry {
			args = append(args, "--dry-run")
		}
		got := rof("", args...)
		var r struct {
			Incidents, Runbooks, Added, Updated, Unchanged int
			BadCount                                       int  `json:"bad_count"`
			DryRun                                         bool `json:"dry_run"`
			Bad                                            []badRow
		}
		if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != exitFailed {
			t.Fatalf("%v, %+v", err, got)
		}
		if r.Incidents != 2 || r.Runbooks != 2 || r.Added != 4 || r.BadCount != 2 || len(r.Bad) != 2 || r.Bad[1].Line != 3 || r.DryRun != dry {
			t.Errorf("dry run %v: %+v", dry, r)
		}
	}
}

func TestWhatIsExportedGoesInElsewhere(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		here, there := rofOn(t, db, "ROF_SEED=true"), rofOn(t, sqliteDB(t), "ROF_SEED=false")
		here("", "import", teamDocs(t))
		file := filepath.Join(t.TempDir(), "history.jsonl")
		if got := here("", "export", file); got.code != exitDone || got.out != "" {
			t.Fatalf("%+v", got)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := there(string(data), "import", "-"); got.code != exitDone || got.out != "imported 12 incidents, 12 runbooks\n" {
			t.Errorf("%+v", got)
		}
		if got := there("", "export"); got.out != string(data) {
			t.Errorf("exported\n%s\nfrom there\n%s", data, got.out)
		}
		if got := here("", "import", file); got.code != exitDone || got.out != "imported 0 incidents, 0 runbooks (24 unchanged)\n" {
			t.Errorf("back home: %+v", got)
		}
		if got := here("", "seeds", "remove"); got.out != "removed 10 incidents and 10 runbooks that were examples\n" {
			t.Errorf("%+v", got)
		}
		if got := here("", "export"); strings.Count(got.out, "\n") != 4 || strings.Contains(got.out, "seed") {
			t.Errorf("left:\n%s", got.out)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
			t.Errorf("left beside the file: %v, %v", left, err)
		}
	})
}

func TestImportSaysWhatIsWrongWithItsWords(t *testing.T) {
	rof, dir := rofOn(t, sqliteDB(t)), docs(t, map[string]string{"a.pdf": "x"})
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"import"}, exitUsage, "say what to import"},
		{[]string{"import", "--loud", "x"}, exitUsage, "-loud"},
		{[]string{"import", "--since", "30d", dir}, exitUsage, "--since is for slack:CHANNEL"},
		{[]string{"import", filepath.Join(dir, "none")}, exitFailed, "none: no such file or directory"},
		{[]string{"import", filepath.Join(dir, "a.pdf")}, exitUsage, "a.pdf: not a kind of file"},
		{[]string{"export", "a", "b"}, exitUsage, `unexpected "b"`},
		{[]string{"export", ""}, exitUsage, "name is empty"},
		{[]string{"backup", ""}, exitUsage, "say where to"},
		{[]string{"backup", "-"}, exitUsage, "say where to"},
		{[]string{"export", filepath.Join(dir, "no", "file")}, exitFailed, "no such file or directory"},
		{[]string{"seeds"}, exitUsage, "say remove"},
		{[]string{"seeds", "add"}, exitUsage, "say remove"},
	} {
		if got := rof("", c.args...); got.code != c.code || !strings.Contains(got.err, c.says) || strings.Count(got.err, "\n") != 1 {
			t.Errorf("%q: %+v, want %d and %q in a line", c.args, got, c.code, c.says)
		}
	}
}

func TestARunningServeFollowsAnImport(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		p, rof := serving(t, db, "ROF_SEED=true"), rofOn(t, db)
		found := func(query string) (n int) {
			var got struct{ Results []engine.SearchResult }
			p.get("/api/v1/search?q="+query, &got)
			return len(got.Results)
		}
		if n := found("frobnicator"); n != 0 {
			t.Fatalf("%d results before", n)
		}
		rof(`{"kind":"incident","id":"F-1","title":"The frobnicator hung","resolution":"Turned it off"}`, "import", "-")
		wait(t, 10*time.Second, "the index to follow", func() bool { return found("frobnicator") == 1 })
		if n := found("kafka"); n == 0 {
			t.Error("the examples are not there")
		}
		rof("", "seeds", "remove")
		wait(t, 10*time.Second, "the examples to go", func() bool { return found("kafka") == 0 })
	})
}

func TestTheBarShowsHowFarItIs(t *testing.T) {
	p := &progress{total: 1000}
	for read, want := range map[int64]string{
		0:    "[..............................]   0%  7 rows",
		500:  "[###############...............]  50%  7 rows",
		2000: "[##############################] 100%  7 rows",
	} {
		p.read = read
		if got := p.line(7); got != want {
			t.Errorf("%d of 1000: %q, want %q", read, got, want)
		}
	}
	if got := (&progress{}).line(7); got != "7 rows" {
		t.Errorf("from a pipe: %q", got)
	}
}
