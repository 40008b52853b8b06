package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ragoffire/engine/retrieval"
)

// Config is what an Engine is made of. Store is required; the rest has
// defaults, given at each field.
type Config struct {
	Store Store
	Log   *slog.Logger     // discards
	Now   func() time.Time // time.Now

	Types  []TypeRule
	Routes []Route
	// Services are what the config knows of services, by name.
	Services map[string]Service
	// Maintenance are windows in which alerts that match are recorded and not
	// announced.
	Maintenance []Window
	// Openings say which alerts must fire more than once before they open an
	// incident; the first that matches counts.
	Openings []Opening
	// Silencer silences the pagers themselves; the zero one silences none.
	Silencer Silencer
	// Escalation says what follows where nobody takes a critical incident.
	Escalation Escalation
	// Meter measures what new incidents are about; the zero one does not.
	Meter Meter
	// Heartbeats are signs of life that are expected.
	Heartbeats []Heartbeat
	Channel    string // gets what no route names; with no channel at all nothing is announced
	// PostAnswers also posts decisions that were asked for over REST to Channel:
	// for an incoming webhook, where nobody can ask in chat.
	PostAnswers bool

	// Unread leaves the history in the store: for what writes or copies it and
	// searches none. Decisions of such an engine know nothing.
	Unread bool
	// Kept is where a long history is kept for the next start.
	Kept Kept
	// Embedder feeds the vector leg of retrieval, which there is none of without.
	Embedder retrieval.Embedder
	// Writer explains decisions in a model's words, later; nil for none. CountWords
	// is told what came of each text.
	Writer     Writer
	CountWords func(what string)

	NoServiceGroups bool          // series of one service don't join one incident
	GroupWindow     time.Duration // 5 min: how fresh the incident's last new series must be
	ReopenWindow    time.Duration // 10 min: firing again sooner reopens the incident
	Expire          time.Duration // 1 h: a series without resolve of its own ends
	KeepEvents      time.Duration // 30 days
	KeepRaw         time.Duration // 7 days: deliveries that could not be read

	// Updates is the channel that gets the updates of all incidents; "" for none.
	Updates   string
	Reminders Reminders
}

// Engine is the domain at work: every use case is a method, safe for concurrent
// use, on any number of replicas.
type Engine struct {
	cfg       Config
	store     Store
	log       *slog.Logger
	library   *library
	ledger    *ledger
	committer *committer
	feed      *feed
	weather   *weather
	books     *books
	noise     noiseKept
	// dependents are the services that need each, by the config.
	dependents map[string][]string
	keptSeq    int64 // up to where what is kept knows the events, 0 where nothing is; of keepUp alone
}

// New returns an engine that has read the store's history and can serve. It
// fails only where the store does.
func New(ctx context.Context, cfg Config) (*Engine, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	orDefault(&cfg.Meter.Window, 30*time.Minute)
	orDefault(&cfg.GroupWindow, 5*time.Minute)
	orDefault(&cfg.ReopenWindow, 10*time.Minute)
	orDefault(&cfg.Expire, time.Hour)
	orDefault(&cfg.KeepEvents, 30*24*time.Hour)
	cfg.Reminders = cfg.Reminders.defaults()
	orDefault(&cfg.KeepRaw, 7*24*time.Hour)
	e := &Engine{
		cfg: cfg, store: cfg.Store, log: cfg.Log.With("component", "engine"),
		library: newLibrary(cfg.embedder()), ledger: newLedger(), weather: newWeather(), books: newBooks(),
		dependents: cfg.dependents(),
	}
	e.committer = newCommitter(e.commitGroup)
	var last int64
	if !cfg.Unread {
		var err error
		if last, err = e.load(ctx); err != nil {
			return nil, err
		}
	}
	e.feed = newFeed(e.store, last)
	return e, nil
}

func orDefault(d *time.Duration, v time.Duration) {
	if *d == 0 {
		*d = v
	}
}

// Run follows the store's events until ctx ends: it keeps the index, the
// calibration and the subscriptions up to date with what this process and
// others commit.
func (e *Engine) Run(ctx context.Context) error {
	var beside sync.WaitGroup
	if e.cfg.Embedder != nil {
		beside.Go(func() { e.embedMissing(ctx) })
	}
	if e.keeps() {
		beside.Go(func() { e.keepUp(ctx) })
	}
	beside.Go(func() { e.keepBooks(ctx) })
	beside.Go(func() { e.unmuteWindows(ctx) })
	err := e.feed.run(ctx, e.log, e.learn)
	beside.Wait()
	return err
}

// Workers are the jobs that the engine itself does.
func (e *Engine) Workers() []Worker {
	workers := []Worker{
		{Kind: JobDecide, Parallel: 4, Timeout: 30 * time.Second, Do: e.decide},
		{Kind: JobAsk, Parallel: 2, Timeout: 30 * time.Second, Do: e.ask},
		{Kind: JobWord, Parallel: 2, Timeout: 2 * time.Minute, Do: e.word},
		{Kind: JobUnmute, Parallel: 1, Timeout: 30 * time.Second, Do: e.unmute},
		{Kind: JobSilence, Parallel: 1, Timeout: 30 * time.Second, Do: e.carrySilence},
		{Kind: JobEscalate, Parallel: 4, Timeout: time.Minute, Do: e.escalate},
		{Kind: JobRemind, Parallel: 2, Timeout: 30 * time.Second, Do: e.remind},
		{Kind: JobCalm, Parallel: 2, Timeout: 30 * time.Second, Do: e.calm},
		{Kind: JobTidy, Parallel: 1, Timeout: time.Minute, Every: 30 * time.Second, Do: e.tidy},
	}
	listen := Worker{Kind: JobHeartbeat, Parallel: 1, Timeout: 30 * time.Second, Every: 15 * time.Second, Do: e.listen}
	if len(e.cfg.Heartbeats) == 0 {
		listen.Every = blind // for those that the config has no more
	}
	workers = append(workers, listen)
	if len(e.dependents) > 0 {
		workers = append(workers, Worker{Kind: JobDepend, Parallel: 1, Timeout: 30 * time.Second, Do: e.depend})
	}
	if e.cfg.Meter.Range != nil {
		workers = append(workers, Worker{Kind: JobEnrich, Parallel: 2, Timeout: 30 * time.Second, Do: e.enrich})
	}
	return workers
}

// adviser is one of what the engine holds now.
func (e *Engine) adviser() *adviser {
	l := e.ledger.learnt.Load()
	return &adviser{library: e.library, calibrator: l.calibrator, lessons: l.lessons, now: e.now(), log: e.log}
}

// Ready says whether the engine can take alerts, in words.
func (e *Engine) Ready(ctx context.Context) error { return e.store.Ready(ctx) }

// Backlog is how far the jobs are behind.
func (e *Engine) Backlog(ctx context.Context) (time.Duration, error) { return e.store.Backlog(ctx) }

func (e *Engine) now() time.Time { return e.cfg.Now().UTC().Truncate(time.Microsecond) }

// Resolution is how a person ends an incident.
type Resolution struct {
	Actor       string
	Reason      Reason // ReasonFixed where empty
	Resolution  string // what fixed it; required for ReasonFixed
	RootCause   string
	DuplicateOf string // required for ReasonDuplicate
}

// Detail is an incident with all that belongs to it.
type Detail struct {
	Incident
	Alerts    []Alert    `json:"alerts"`
	Decisions []Decision `json:"decisions"`
	Timeline  []Entry    `json:"timeline"`

	Changes   []Change     `json:"changes,omitempty"`    // in the hour before it, the nearest first
	DependsOn []Dependency `json:"depends_on,omitempty"` // what its service needs, and is in trouble now
}

// Page is one page of a list; Next is the cursor of the next, empty at the end.
type Page[T any] struct {
	Items []T
	Next  string
}

// SearchQuery asks for past incidents and runbooks.
type SearchQuery struct {
	Text string
	K    int    // 10 where 0, at most 50
	Kind string // KindIncident, KindRunbook or "" for both

	// What is found is of these; empty ones don't narrow. A runbook has no severity.
	Service, ErrorType string
	Severity           Severity
}

// SearchResult is one past incident or runbook found.
type SearchResult struct {
	Kind       string   `json:"kind"`
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Score      float64  `json:"score"`
	Matched    []string `json:"matched"`
	Service    string   `json:"service,omitempty"`
	ErrorType  string   `json:"error_type,omitempty"`
	Severity   Severity `json:"severity,omitempty"`
	Resolution string   `json:"resolution,omitempty"`
	Example    bool     `json:"example,omitempty"`

	EndedAt time.Time `json:"ended_at,omitzero"` // of an incident
}

// Stats are the figures of this store; examples are in none of them.
type Stats struct {
	Incidents    StatCounts   `json:"incidents"`
	MTTASeconds  *float64     `json:"mtta_seconds"` // mean time to acknowledge; null before the first
	MTTRSeconds  *float64     `json:"mttr_seconds"` // mean time to resolve
	Approved     int          `json:"approved"`
	Rejected     int          `json:"rejected"`
	ApprovalRate *float64     `json:"approval_rate"`
	Calibration  Calibration  `json:"calibration"`
	History      HistoryStats `json:"history"`
	Noise        Noise        `json:"noise"` // what each alert rule brought of late
}

// StatCounts counts incidents by what people ask for.
type StatCounts struct {
	Total       int            `json:"total"`
	ByStatus    map[string]int `json:"by_status"`
	ByErrorType map[string]int `json:"by_error_type"`
	ByService   map[string]int `json:"by_service"`
	BySeverity  map[string]int `json:"by_severity"`
}

// HistoryStats counts what retrieval searches.
type HistoryStats struct {
	Incidents int `json:"incidents"`
	Runbooks  int `json:"runbooks"`
	Examples  int `json:"examples"`
}
