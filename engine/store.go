package engine

import (
	"context"
	"time"
)

// Store is where everything is kept. store/sqlite and store/postgres are its
// implementations; store/storetest is the suite that both pass.
//
// All times come back in UTC with microsecond precision. Slices come back nil
// or in the order stated. A missing id is an *Error of kind NotFound; a store
// out of reach, busy beyond its bounds or out of space is one of kind
// Unavailable, and then nothing was changed.
type Store interface {
	// View runs fn on a reader. Each call of a reader's method sees what is
	// committed at that moment; fn must not keep the reader.
	View(ctx context.Context, fn func(Reader) error) error

	// Update runs fn in one transaction: all that it wrote is durable when
	// Update returns nil, and nothing of it happened otherwise. fn may run more
	// than once (a deadlock or a serialisation failure is retried), so it must
	// have no effects outside tx. fn must not keep tx, nor call View or Update.
	Update(ctx context.Context, fn func(tx Tx) error) error

	// Watch returns a channel that receives a value soon after events were
	// committed, by this process or another (within a second at the latest).
	// It only wakes: values coalesce, and what happened is read by
	// Reader.Events. The channel is closed when ctx ends.
	Watch(ctx context.Context) <-chan struct{}

	// Work runs the workers until ctx ends, then waits for what is under way
	// (at most five seconds, after which the rest is left to be taken up again)
	// and returns. A job interrupted by a crash runs again: at the next Work on
	// an embedded store, within a minute where other replicas may be alive. It
	// is called once in a store's life.
	Work(ctx context.Context, workers []Worker) error

	// Ready says whether the store can serve, with an error that a person can read.
	Ready(ctx context.Context) error

	// Backlog returns how long the job has waited that is due and has waited
	// longest; 0 where none waits.
	Backlog(ctx context.Context) (time.Duration, error)
}

// Reader reads. Lists take a page: at most limit (0: 50, at most 1000) rows
// after the cursor of an earlier page, and return the next cursor, empty at the
// end. Pages are stable under inserts.
type Reader interface {
	Incident(ctx context.Context, id string) (Incident, error)
	// Incidents lists incidents, the latest start first.
	Incidents(ctx context.Context, f IncidentFilter, after string, limit int) ([]Incident, string, error)
	// History lists what Incident.Fix holds for, by id: what retrieval searches.
	History(ctx context.Context, after string, limit int) ([]Incident, string, error)
	// Alerts lists the alerts of an incident, the earliest start first.
	Alerts(ctx context.Context, incidentID string) ([]Alert, error)
	// Timeline lists the entries of an incident, oldest first.
	Timeline(ctx context.Context, incidentID string) ([]Entry, error)

	// Decision returns a decision with its reviews, undone ones left out.
	Decision(ctx context.Context, id string) (Decision, error)
	// Decisions lists decisions with their reviews, newest first.
	Decisions(ctx context.Context, f DecisionFilter, after string, limit int) ([]Decision, string, error)

	Runbook(ctx context.Context, id string) (Runbook, error)
	// Runbooks lists runbooks by id.
	Runbooks(ctx context.Context, after string, limit int) ([]Runbook, string, error)

	// Events lists events with Seq > after in rising Seq, at most limit (0:
	// 200). None below the highest returned Seq can appear later.
	Events(ctx context.Context, after int64, limit int) ([]Event, error)
	// LastSeq returns the highest committed Seq, 0 where there is none, and the
	// lowest that retention has kept.
	LastSeq(ctx context.Context) (last, first int64, err error)

	// Post returns the post with that key.
	Post(ctx context.Context, key string) (Post, error)
	// Posts lists the posts of a channel whose Wanted is above Sent, which are
	// not Dead and which no digest tells in their place, oldest first; with channel "" those of all channels.
	Posts(ctx context.Context, channel string, limit int) ([]Post, error)

	// Digested lists the posts that a digest tells in their place (Post.Digest),
	// oldest first.
	Digested(ctx context.Context, digest string, limit int) ([]Post, error)

	// PostAt returns the post that stands at a timestamp of a channel.
	PostAt(ctx context.Context, channel, ts string) (Post, error)

	Silence(ctx context.Context, id string) (Silence, error)
	// Silences lists the active silences that end after now, the first to end
	// first, at most a thousand.
	Silences(ctx context.Context, now time.Time) ([]Silence, error)

	// Envelope returns a stored envelope that is not done.
	Envelope(ctx context.Context, id string) (Envelope, error)

	// Sources counts the alerts of each source that has any, by name.
	Sources(ctx context.Context) ([]SourceCount, error)
	// Accounts returns what was received from each source, by name.
	Accounts(ctx context.Context) ([]Account, error)
	// Troubles lists those that were there at a time or since, the latest first.
	Troubles(ctx context.Context, since time.Time) ([]Trouble, error)
	Trouble(ctx context.Context, id string) (Trouble, error)
	// Counts returns what Stats shows.
	Counts(ctx context.Context) (Counts, error)
	// Judged lists the decisions that have a standing review or an outcome, those
	// judged last first, at most limit: what calibration and ranking learn from.
	// Decisions on examples are left out.
	Judged(ctx context.Context, limit int) ([]Decision, error)
	// Vectors returns those kept of a model's vectors, by the hash of the text
	// that each was made of; what is not kept is left out.
	Vectors(ctx context.Context, model string, hashes []string) (map[string][]float32, error)
	Draft(ctx context.Context, id string) (ThreadDraft, error)
	// Drafts lists drafts of a status, the highest id first.
	Drafts(ctx context.Context, status DraftStatus, after string, limit int) ([]ThreadDraft, string, error)
	// Sessions returns those of the ids that there are, in no order, over or not.
	Sessions(ctx context.Context, ids []string) ([]Session, error)
	// Beats lists what is known of heartbeats, by name.
	Beats(ctx context.Context) ([]Beat, error)
	// Changes lists the changes on a service within [from, to], the latest
	// first, at most limit.
	Changes(ctx context.Context, service string, from, to time.Time, limit int) ([]Change, error)
	// Quarantined lists what could not be read of a source's deliveries, or of
	// all with source "", the latest first, at most limit (0: 50).
	Quarantined(ctx context.Context, source string, limit int) ([]Quarantined, error)
}

// Way is where alerts go: to their series, to what began with the same group of
// the sender, to what goes on at the same place.
type Way struct {
	Series []SeriesKey
	Groups [][2]string // source, group key
	Scopes [][2]string // service, environment
	Now    time.Time
}

// Standing is what stands in a Way.
type Standing struct {
	Latest   map[SeriesKey]Alert // of each series its latest episode, where there is one
	Open     []Incident          // live, of one of the groups or scopes; held until commit
	Silences []Silence           // active at Now, as by Reader.Silences
}

// Tx is a unit of work. Its reads see its own writes. Reading one row by id
// (Incident, Decision, Post, Silence, draft) holds it against other transactions
// until commit.
type Tx interface {
	Reader

	// Lock holds the named things against other transactions that lock them,
	// until commit. Names are opaque; they are taken in a fixed order, so call
	// it once per transaction. An embedded store has one writer and needs none.
	Lock(ctx context.Context, names ...string) error

	// Standing returns what stands where alerts go. It is all that the usual alert
	// has to read, so that a store may read it at once.
	Standing(ctx context.Context, way Way) (Standing, error)
	// IncidentsByID returns those of the ids, in any state; rows are held.
	IncidentsByID(ctx context.Context, ids []string) ([]Incident, error)
	// NumberIncidents returns n fresh ids for live incidents of the year
	// (INC-2026-0042), none of which any incident has. Holes are allowed.
	NumberIncidents(ctx context.Context, year, n int) ([]string, error)
	// ExpiredAlerts lists firing alerts whose ExpiresAt has passed.
	ExpiredAlerts(ctx context.Context, now time.Time, limit int) ([]Alert, error)

	// The Put methods insert, or replace by id.

	PutAlerts(ctx context.Context, alerts []Alert) error
	PutIncidents(ctx context.Context, incidents []Incident) error
	PutRunbooks(ctx context.Context, runbooks []Runbook) error
	PutDecisions(ctx context.Context, decisions []Decision) error // without Reviews
	PutChanges(ctx context.Context, changes []Change) error
	PutBeats(ctx context.Context, beats []Beat) error // by name
	PutSilence(ctx context.Context, s Silence) error
	PutDrafts(ctx context.Context, drafts []ThreadDraft) error
	PutSession(ctx context.Context, s Session) error
	PutQuarantined(ctx context.Context, parts []Quarantined) error
	PutTroubles(ctx context.Context, troubles []Trouble) error
	// AddAccounts adds to what was received from sources. Transactions that add
	// to the same source hardly ever wait for each other.
	AddAccounts(ctx context.Context, accounts []Account) error
	// PutVectors keeps vectors of a model by their texts' hashes. Those of other
	// models are dropped: vectors of two models never meet.
	PutVectors(ctx context.Context, model string, vectors map[string][]float32) error
	DeleteIncident(ctx context.Context, id string) error
	DeleteRunbook(ctx context.Context, id string) error

	// EndSessions drops those of the ids that there are.
	EndSessions(ctx context.Context, ids []string) error
	// EndSessionsOf drops all of a name and returns how many there were.
	EndSessionsOf(ctx context.Context, name string) (int, error)

	// AddReview stores a decision's standing review. A decision that has one:
	// Conflict.
	AddReview(ctx context.Context, r Review) error
	// UndoReview takes the standing review of a decision back; it stays in the
	// record. A decision that has none: NotFound.
	UndoReview(ctx context.Context, decisionID string, at time.Time) error

	// Note adds entries to incidents' timelines.
	Note(ctx context.Context, entries ...Entry) error
	// Emit adds events; their Seq is given at commit, in commit order. One of
	// EventOf tells what this transaction puts, before or after.
	Emit(ctx context.Context, events ...Event) error
	// Enqueue asks for jobs, once this transaction commits.
	Enqueue(ctx context.Context, jobs ...Job) error

	// WantPosts inserts the posts with Wanted 1, or, where the key exists,
	// raises its Wanted by one and leaves the rest. Where a digest tells a post in
	// its place, that digest is wanted once more, too. It enqueues no job.
	WantPosts(ctx context.Context, posts ...Post) error
	// SavePost replaces a post's row except Wanted.
	SavePost(ctx context.Context, p Post) error
	// TakePace takes one token of the channel's bucket and returns 0, or takes
	// none and returns how long to wait. A window closed by HoldPace for this
	// channel, or for all, counts. The bucket is shared by all replicas.
	TakePace(ctx context.Context, method, channel string, p Pace, now time.Time) (time.Duration, error)
	// HoldPace closes the window of a method on a channel (or of a method on all
	// channels, with channel "") until a time: Slack's Retry-After.
	HoldPace(ctx context.Context, method, channel string, until time.Time) error

	// PutEnvelope stores an envelope and reports whether it is new. Ids are
	// remembered for 48 hours.
	PutEnvelope(ctx context.Context, e Envelope) (fresh bool, err error)
	// DoneEnvelope drops an envelope's payload and keeps its id.
	DoneEnvelope(ctx context.Context, id string) error

	// Tidy drops what retention lets go: events, with them changes, silences and
	// troubles, and done envelopes older than the times given, with them sessions
	// that were over then, at most a few thousand rows a call.
	Tidy(ctx context.Context, events, envelopes time.Time) error
	// DropQuarantined drops what was quarantined before a time, and all but the
	// latest few.
	DropQuarantined(ctx context.Context, before time.Time, keep int) error
}

// IncidentFilter narrows a list of incidents; empty fields don't.
type IncidentFilter struct {
	Status    IncidentStatus
	Live      bool // open, acknowledged or mitigated
	Service   string
	Severity  Severity
	ErrorType string
	Query     string // every word occurs in id, title, symptom or service, ignoring case
}

// DecisionFilter narrows a list of decisions; empty fields don't.
type DecisionFilter struct {
	IncidentID string
	Status     DecisionStatus
}

// SourceCount is what the store holds of one source.
type SourceCount struct {
	Source   string    `json:"source"`
	Episodes int       `json:"episodes"` // times that an alert began
	Firing   int       `json:"firing"`   // of them not over
	Newest   time.Time `json:"newest"`   // when the last one began
}

// Counts are the store's figures. Seeds and decisions on them are left out.
type Counts struct {
	ByStatus    map[string]int
	ByErrorType map[string]int
	ByService   map[string]int
	BySeverity  map[string]int
	Approved    int
	Rejected    int
	Acked       int           // live incidents that were acknowledged; what was merged counts with the other
	AckTime     time.Duration // in all
	ResolvedN   int           // live incidents that were resolved, likewise
	ResolveTime time.Duration // in all
	Seeds       int           // incidents marked as examples
	OwnFixes    int           // incidents of its own that teach a fix
	Runbooks    int
}
