package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// wants gathers the posts and jobs of a transaction.
type wants struct {
	now   time.Time
	posts []Post
	jobs  []Job
	known map[string]bool // channels that have their announce job
}

func newWants(now time.Time) *wants { return &wants{now: now, known: make(map[string]bool)} }

func (w *wants) post(p Post) {
	if p.Channel == "" {
		return // nobody listens: without Slack nothing is wanted
	}
	p.CreatedAt = w.now
	w.posts = append(w.posts, p)
	if !w.known[p.Channel] {
		w.known[p.Channel] = true
		w.jobs = append(w.jobs, Job{Kind: JobAnnounce, Subject: p.Channel})
	}
}

// incident wants an incident's channel message and the plain alert in its
// thread as they stand now.
func (w *wants) incident(i *Incident) {
	w.post(Post{Key: incidentKey(i.ID), Channel: i.Channel, Kind: PostIncident, Subject: i.ID, Digest: i.Quiet})
	w.post(Post{Key: "alert:" + i.ID, Channel: i.home(), Parent: incidentKey(i.ID), Kind: PostAlert, Subject: i.ID})
	for _, c := range i.Also {
		w.post(Post{Key: incidentKey(i.ID) + "@" + c, Channel: c, Kind: PostIncident, Subject: i.ID})
	}
}

// joined wants the one reply that says why alerts joined an incident.
func (w *wants) joined(i *Incident) {
	w.post(Post{Key: "joined:" + i.ID, Channel: i.home(), Parent: incidentKey(i.ID), Kind: PostJoined, Subject: i.ID})
}

// notice wants one broadcast reply.
func (w *wants) notice(i *Incident, id string, n Notice) error {
	detail, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	w.post(Post{Key: "notice:" + id, Channel: i.home(), Parent: incidentKey(i.ID), Kind: PostNotice, Subject: i.ID, Detail: detail})
	return nil
}

// digest wants the message that tells several incidents, at a time.
func (w *wants) digest(key, channel string, d Digest, at time.Time) error {
	detail, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	w.post(Post{Key: key, Channel: channel, Kind: PostDigest, Subject: channel, Detail: detail, NotBefore: at})
	return nil
}

// decision wants a decision's message: in its incident's thread, or where it
// was asked for. One whose outcome was asked shows it there, too.
func (w *wants) decision(d *Decision, i *Incident, channel string) {
	w.post(place(Post{Key: "decision:" + d.ID, Kind: PostDecision, Subject: d.ID}, d, i, channel))
	if d.Outcome != nil {
		w.question(d, i, channel)
	}
}

// question wants the message that asks what came of a decision's advice: in the
// thread that the advice stands in, or under it.
func (w *wants) question(d *Decision, i *Incident, channel string) {
	p := place(Post{Key: questionKey(d), Kind: PostOutcome, Subject: d.ID}, d, i, channel)
	if p.Thread == "" && p.Parent == "" {
		p.Parent = "decision:" + d.ID
	}
	w.post(p)
}

func questionKey(d *Decision) string { return "outcome:" + d.ID }

// place says where a post about a decision stands.
func place(p Post, d *Decision, i *Incident, channel string) Post {
	switch {
	case d.Question.Asked != nil:
		p.Channel, p.Thread = d.Question.Asked.Channel, d.Question.Asked.Thread
	case i != nil:
		p.Channel, p.Parent = i.home(), incidentKey(i.ID)
	default:
		p.Channel = channel
	}
	return p
}

func (w *wants) write(ctx context.Context, tx Tx) error {
	if err := tx.WantPosts(ctx, w.posts...); err != nil {
		return err
	}
	return tx.Enqueue(ctx, w.jobs...)
}

func incidentKey(id string) string { return "incident:" + id }
