package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ragoffire/engine"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what people see with what they saw.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is\n%s\nwant\n%s", name, got, want)
	}
}

// someBacktest is one of a store that has seen something.
func someBacktest() *engine.Backtest {
	from, to := time.Date(2024, 1, 3, 4, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 22, 0, 0, 0, time.UTC)
	return &engine.Backtest{
		Incidents: 142, From: &from, To: &to, Judged: 61, Runbooks: 12, Answerable: 118,
		Hit1: new(.797), Hit3: new(.864), Hit5: new(.898), MRR: new(.832), Actions: 104, ActionAccuracy: new(.731),
		Coverage: new(.782), WrongConfident: new(.036),
		Falls: engine.Falls{Right: 96, ConfidentlyWrong: 4, UnsurelyWrong: 11, Missed: 9, New: 22},
		Reliability: engine.Reliability{
			Brier: new(.104), BrierSkill: new(.124), ECE: new(.061), NoiseFloor: new(.048),
			Table: []engine.CalibrationBin{
				{From: 0, To: .5, High: 1},
				{Word: "weak", From: .5, To: .7, N: 23, Mean: .604, Right: .652, Low: .479, High: .792},
				{Word: "likely", From: .7, To: .85, N: 31, Mean: .781, Right: .871, Low: .742, High: .94},
				{Word: "strong", From: .85, To: 1, N: 57, Mean: .928, Right: .947, Low: .878, High: .978},
			},
		},
		Raw:      engine.Reliability{Brier: new(.117), ECE: new(.083), NoiseFloor: new(.05)},
		Sentence: "of 142, named the right earlier incident in 96, silent on 31 (22 of them like nothing before), confidently wrong on 4, wrong with a low score on 11",
		Wrong: []engine.BacktestCase{
			{ID: "INC-2026-0031", Title: "Checkout <times> out\x1b[31m", At: to, Named: "INC-2025-0007", Score: .9, Why: []string{"same type and size", "worked on cart; you are on checkout"}, Right: []string{"INC-2026-0012"}},
			{ID: "INC-2026-0018", Title: "Orders lag", At: from, Named: "RB-lag", Score: .52, Why: []string{"similar words only"}, Right: []string{}},
		},
		Missed: []engine.BacktestCase{{ID: "INC-2026-0022", Title: "Queue grows", At: to, Named: "INC-2025-0003", Score: .41, Why: []string{"similar words only"}, Right: []string{"INC-2025-0009", "INC-2025-0002"}}},
	}
}

func TestABacktestAsPeopleSeeIt(t *testing.T) {
	b := someBacktest()
	t.Run("as text", func(t *testing.T) {
		var out bytes.Buffer
		if err := printBacktest(&out, b); err != nil {
			t.Fatal(err)
		}
		golden(t, "backtest.txt", out.Bytes())
		if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); lines[len(lines)-1] != b.Sentence {
			t.Errorf("it ends with %q", lines[len(lines)-1])
		}
	})
	t.Run("as JSON", func(t *testing.T) {
		got, err := json.MarshalIndent(b, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "backtest.json", append(got, '\n'))
	})
	t.Run("drawn", func(t *testing.T) {
		svg := drawReliability(b)
		golden(t, "backtest.svg", svg)
		for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestBacktestCommand(t *testing.T) {
	onEachStore(t, func(t *testing.T, db string) {
		_, url, _ := strings.Cut(db, "=")
		getenv := func(name string) string { return map[string]string{"DATABASE_URL": url, "ROF_SEED": "true"}[name] }
		rof := func(args ...string) string {
			t.Helper()
			var out, errs bytes.Buffer
			if code := run(t.Context(), append([]string{"backtest"}, args...), getenv, strings.NewReader(""), &out, &errs); code != exitDone || errs.Len() > 0 {
				t.Fatalf("rof backtest = %d: %s", code, errs.String())
			}
			return out.String()
		}
		if got := rof(); got != "nothing to replay yet: it takes two resolved incidents of your own, and there are 0\n" {
			t.Errorf("with examples alone it says %q", got)
		}
		p := serving(t, db, "ROF_SEED=true")
		for n, fingerprint := range []string{"first", "second"} {
			body := map[string]any{"title": "Checkout times out", "service": "checkout", "error_type": "database_timeout", "fingerprint": fingerprint}
			if code := p.post("/webhooks/generic", body, nil); code != 202 {
				t.Fatalf("answered %d", code)
			}
			decided(t, p, fingerprint)
			for _, i := range live(p) {
				p.post("/api/v1/incidents/"+i.ID+"/resolve", map[string]string{"actor": "ada", "resolution": "raised the pool"}, nil)
			}
			if n == 0 {
				continue
			}
			if got := rof(); !strings.HasSuffix(got, "of 2, named the right earlier incident in 1, silent on 1 (like nothing before), confidently wrong on 0\n") {
				t.Errorf("beside a running serve it says\n%s", got)
			}
		}
		plot := filepath.Join(t.TempDir(), "plot.svg")
		var b engine.Backtest
		if err := json.Unmarshal([]byte(rof("--json", "--plot", plot)), &b); err != nil || b.Incidents != 2 {
			t.Errorf("%v: %+v", err, b)
		}
		if svg, err := os.ReadFile(plot); err != nil || !bytes.HasPrefix(svg, []byte("<svg ")) {
			t.Errorf("the plot is %s: %v", svg, err)
		}
	})
}
