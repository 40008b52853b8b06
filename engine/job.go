package engine

import (
	"context"
	"fmt"
	"time"
)

// The kinds of job. Each is level-triggered: it brings something outside to
// the state that the store wants, so running it once more does no harm.
const (
	JobDecide    = "decide"    // subject: an incident's id, or a decision's that a person asked for
	JobAsk       = "ask"       // subject: a decision's or an incident's id; asks what came of the advice
	JobWord      = "word"      // subject: a decision's id; asks a model to explain it
	JobAnnounce  = "announce"  // subject: a channel
	JobInbound   = "inbound"   // subject: an envelope's id
	JobUnmute    = "unmute"    // subject: an incident's id, or a silence's; ends what a silence held back
	JobSilence   = "silence"   // subject: a silence's id; makes or ends it where pagers are silenced
	JobEscalate  = "escalate"  // subject: an incident's id; what follows where nobody takes it
	JobReach     = "reach"     // subject: "all"; what Slack does not get is taken elsewhere
	JobHome      = "home"      // subject: who looks at their Home tab in chat
	JobRemind    = "remind"    // subject: an incident's id; reminds who has it
	JobCalm      = "calm"      // subject: an incident's id; ends its flapping once it is calm
	JobRoom      = "room"      // subject: an incident's id; opens, keeps and archives its own channel
	JobEnrich    = "enrich"    // subject: an incident's id; asks the monitoring for its numbers
	JobChart     = "chart"     // subject: an incident's id; puts the chart of its measure into its thread
	JobDepend    = "depend"    // subject: a service; shows anew what depends on it
	JobHeartbeat = "heartbeat" // subject: "all"; looks which heartbeats are missing
	JobTidy      = "tidy"      // subject: "all"; ends expired series, drops what retention says
)

// Job asks for work on a subject after the transaction that enqueues it has
// committed. At most one run of a (Kind, Subject) is under way at any moment,
// on any replica; asking again while one waits changes nothing but that the
// earlier time counts; asking again while one runs makes it run once more after.
type Job struct {
	Kind    string
	Subject string
	At      time.Time // not before; zero means at once
}

// Worker does the jobs of one kind.
type Worker struct {
	Kind     string
	Parallel int           // runs at the same time in this process
	Timeout  time.Duration // of one run
	Every    time.Duration // where not zero, Subject "all" is also enqueued this often, by one replica
	// Do works on the subject. A nil error ends the job, Again runs it later
	// without counting as a failure, any other error is retried with backoff.
	Do func(ctx context.Context, subject string) error
}

// Again is the error by which a worker asks to run the same job later: not a
// failure, but a window that has not opened yet.
type Again struct{ After time.Duration }

func (a *Again) Error() string { return fmt.Sprintf("again in %s", a.After) }
