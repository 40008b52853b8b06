package face_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"ragoffire/bot/slackfake"
	"ragoffire/bot/slackfake/face"
)

const alice, bob, channel = "U0ALICE", "U0BOB", "C0INCIDENT"

// rig is a workspace whose app is a Web API client, without a socket, and its face.
type rig struct {
	t     *testing.T
	slack *slackfake.Slack
	app   *slack.Client
	face  *face.Face
	url   string
}

func start(t *testing.T) *rig {
	t.Helper()
	s, err := slackfake.New(slackfake.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	f, err := face.New(face.Config{Slack: s, Channel: channel, Verbs: []face.Verb{{Name: "</script><b>", Does: `"'&`}}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(f)
	t.Cleanup(func() {
		f.Close()
		srv.Close()
		s.Close()
		<-ended
	})
	return &rig{t: t, slack: s, app: slack.New(s.BotToken(), slack.OptionAPIURL(s.URL())), face: f, url: srv.URL}
}

func (r *rig) post(text string) string {
	r.t.Helper()
	_, ts, err := r.app.PostMessage(channel, slack.MsgOptionText(text, false))
	if err != nil {
		r.t.Fatal(err)
	}
	return ts
}

// news is what a page is told.
type news struct {
	Reset    bool
	Work     *struct{ Me string }
	Gone     []string
	Messages []struct {
		TS, Text string
		Only     bool
	}
	Surface *struct{ Modal, Home *struct{ Title string } }
}

// page follows the workspace as a person.
type page struct {
	t  *testing.T
	in *bufio.Scanner
}

func (r *rig) page(as string) *page {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	r.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/slack/stream?as="+as, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK {
		r.t.Fatalf("the stream answers %s", resp.Status)
	}
	p := &page{t: r.t, in: bufio.NewScanner(resp.Body)}
	p.in.Buffer(nil, 1<<20)
	return p
}

// until reads on until a text arrives, and returns all that was told on the way.
func (p *page) until(text string) []news {
	p.t.Helper()
	var all []news
	for p.in.Scan() {
		data, ok := strings.CutPrefix(p.in.Text(), "data: ")
		if !ok {
			continue
		}
		var n news
		if err := json.Unmarshal([]byte(data), &n); err != nil {
			p.t.Fatal(err)
		}
		all = append(all, n)
		if strings.Contains(data, text) {
			return all
		}
	}
	p.t.Fatalf("%q never came: %v", text, p.in.Err())
	return nil
}

func TestAPageIsToldAllOnceAndThenWhatChanged(t *testing.T) {
	r := start(t)
	first := r.post("the first")
	r.post("the second")
	p := r.page(alice)
	got := p.until("the second")
	if n := got[len(got)-1]; !n.Reset || n.Work == nil || n.Work.Me != alice || len(n.Messages) != 2 {
		t.Fatalf("it began with %+v", n)
	}
	if _, _, _, err := r.app.UpdateMessage(channel, first, slack.MsgOptionText("the first, mended", false)); err != nil {
		t.Fatal(err)
	}
	for _, n := range p.until("mended") {
		if n.Reset || n.Work != nil || len(n.Messages) > 1 {
			t.Errorf("for one edit it was told %+v", n)
		}
	}
	if _, _, err := r.app.DeleteMessage(channel, first); err != nil {
		t.Fatal(err)
	}
	got = p.until("gone")
	if n := got[len(got)-1]; len(n.Gone) != 1 || n.Gone[0] != channel+"/"+first {
		t.Errorf("for a deletion it was told %+v", n)
	}
}

func TestAPageIsToldNothingThatOthersSeeAlone(t *testing.T) {
	r := start(t)
	hers, his := r.page(alice), r.page(bob)
	if _, err := r.app.PostEphemeral(channel, alice, slack.MsgOptionText("for alice alone", false)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.app.PublishView(alice, slack.HomeTabViewRequest{Type: "home", Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewHeaderBlock(slack.NewTextBlockObject("plain_text", "the home of alice", false, false)),
	}}}, ""); err != nil {
		t.Fatal(err)
	}
	r.post("for all")
	hers.until("the home of alice")
	raw := fmt.Sprintf("%+v", his.until("for all"))
	if strings.Contains(raw, "alice alone") || strings.Contains(raw, "home of alice") {
		t.Errorf("bob was told %s", raw)
	}
}

func TestClosingEndsTheStreams(t *testing.T) {
	r := start(t)
	p := r.page(alice)
	r.face.Close()
	for p.in.Scan() { // ends, or the page's own limit fails it
	}
	if err := p.in.Err(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestDeedsThatFailSayWhy(t *testing.T) {
	r := start(t)
	for _, c := range []struct{ path, body, want string }{
		{"command", `{"as":"U0ALICE","channel":"C0INCIDENT","text":"/incident help"}`, "rof is not connected"},
		{"command", `{"as":"U0ALICE","channel":"C0INCIDENT","text":"/remind me"}`, "/remind is not a command here"},
		{"press", `{"as":"U0ALICE","channel":"C0INCIDENT","ts":"1.2","action":"x"}`, "That is not possible"},
		{"say", `{"as":"U0NOBODY","channel":"C0INCIDENT","text":"x"}`, "That is not possible"},
		{"submit", `{"as":"U0ALICE","view":"V1"}`, "That is not possible"},
	} {
		resp, err := http.Post(r.url+"/slack/"+c.path, "application/json", strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(got), c.want) {
			t.Errorf("%s %s: %s %s", c.path, c.body, resp.Status, got)
		}
	}
	for path, want := range map[string]int{"/slack/say": 405, "/slack/assets/nothing": 404, "/slack/assets/..%2fface.go": 404, "/slack/files/F1": 404, "/slack/stream?as=U0ROF": 404} {
		resp, err := http.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s = %s, want %d", path, resp.Status, want)
		}
	}
}

func TestThePageIsSmallAndItsSettingsAreText(t *testing.T) {
	r := start(t)
	resp, err := http.Get(r.url + "/slack")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || strings.Contains(string(whole), "<b>") || !strings.Contains(string(whole), "&lt;/script") && !strings.Contains(string(whole), `\u003c/script`) {
		t.Errorf("a setting became markup, %v:\n%.600s", err, whole)
	}
	names, err := filepath.Glob("assets/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		body, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		whole = append(whole, body...)
		for _, bad := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://", "srcdoc"} {
			if strings.HasSuffix(name, ".js") && bytes.Contains(body, []byte(bad)) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(whole); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	if packed.Len() > 40<<10 {
		t.Errorf("%d bytes, packed", packed.Len())
	}
	t.Logf("%d bytes, packed", packed.Len())
}
