package face

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"ragoffire/bot/slackfake"
)

// Config is what a Face is made of. Slack is required.
type Config struct {
	Slack   *slackfake.Slack
	Channel string // the channel that is shown first

	Command  string // the slash command, /incident
	Verbs    []Verb // what may follow it
	Shortcut Shortcut

	// Alerts can be sent to Deliver by their source's name, from beside the
	// workspace; Feed is the WebSocket that tells what came of them, and Dashboard
	// the page that shows it.
	Alerts                   []Alert
	Sources                  []string // all that take a body
	Deliver, Feed, Dashboard string

	Log *slog.Logger // discards
}

// Verb is a word that the slash command understands.
type Verb struct {
	Name    string `json:"name"`
	Example string `json:"example"` // what may follow it
	Does    string `json:"does"`
}

// Shortcut is the app's message shortcut.
type Shortcut struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Alert is something that a monitoring system would send.
type Alert struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Sender string `json:"sender"` // the source's name as people write it
	About  string `json:"about"`
	// Fire is the body. "@now" in a text is the time it is sent, "@now_ms" and
	// "@now_s" the same as Unix times, and "@earlier" is three minutes before.
	Fire any `json:"fire"`
	// End is what the sender changes to say that it is over: values by their
	// paths, such as alerts.0.status.
	End map[string]any `json:"end"`
}

// Face serves the page.
type Face struct {
	cfg    Config
	log    *slog.Logger
	page   []byte
	assets map[string]asset
	mux    *http.ServeMux

	// Streams end with this: a server that stops waits for its requests.
	ctx  context.Context
	stop context.CancelFunc
}

// New returns a Face whose page and all that belongs to it lie under /slack.
func New(cfg Config) (*Face, error) {
	if cfg.Slack == nil {
		return nil, errors.New("face: no slack")
	}
	cfg.Command = cmp.Or(cfg.Command, "/incident")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	f := &Face{cfg: cfg, log: cfg.Log.With("component", "face"), mux: http.NewServeMux()}
	var err error
	if f.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if f.page, err = f.render(); err != nil {
		return nil, err
	}
	f.ctx, f.stop = context.WithCancel(context.Background())
	f.routes()
	return f, nil
}

// routes are all addresses of the page.
func (f *Face) routes() {
	f.mux.HandleFunc("GET /slack", f.index)
	f.mux.HandleFunc("GET /slack/assets/{name}", f.asset)
	f.mux.HandleFunc("GET /slack/stream", f.stream)
	f.mux.HandleFunc("GET /slack/files/{id}", f.file)
	act(f, "say", f.say)
	act(f, "command", f.command)
	act(f, "press", f.press)
	act(f, "submit", f.submit)
	act(f, "close", f.closeView)
	act(f, "home", f.home)
	act(f, "shortcut", f.shortcut)
	act(f, "react", f.react)
}

func (f *Face) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.mux.ServeHTTP(w, r) }

// Close ends the streams, so that their server can stop.
func (f *Face) Close() { f.stop() }

func (f *Face) index(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	f.write(w, f.page)
}

// file is an uploaded file, as something to keep and never as a page.
func (f *Face) file(w http.ResponseWriter, r *http.Request) {
	for _, file := range f.cfg.Slack.Snapshot().Files() {
		if file.ID == r.PathValue("id") && file.Shared {
			h := w.Header()
			h.Set("Content-Type", "text/plain; charset=utf-8")
			h.Set("Content-Disposition", "attachment")
			h.Set("X-Content-Type-Options", "nosniff")
			http.ServeContent(w, r, "", time.Time{}, newReader(file.Content))
			return
		}
	}
	http.NotFound(w, r)
}

func (f *Face) write(w http.ResponseWriter, body []byte) {
	if _, err := w.Write(body); err != nil {
		f.log.Debug("answer not written", "error", err)
	}
}
