package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/slack-go/slack"

	"ragoffire/engine"
)

// postmortem drafts an incident's story and puts it as a file into its thread.
// The same draft is not put there twice: what is uploaded is recorded before it
// is shown, so that whoever comes back after a crash only shows it.
func (b *Bot) postmortem(ctx context.Context, a asker, id string) (*message, error) {
	doc, d, err := b.engine.DraftPostmortem(ctx, id)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(doc))
	up := engine.Upload{Hash: hex.EncodeToString(sum[:16])}
	again := d.Postmortem != nil && d.Postmortem.Hash == up.Hash
	if again && d.Postmortem.Shared {
		return b.render.note("The draft of " + d.ID + " stands in its thread, and nothing has happened since."), nil
	}
	channel, thread, own, err := b.placeOf(ctx, a, d.ID)
	if err != nil {
		return nil, err
	}
	name := engine.PostmortemFile(d.ID)
	if again {
		up = *d.Postmortem
	} else {
		if up.File, err = b.upload(ctx, file{name: name, content: []byte(doc)}); err != nil {
			return nil, unanswered(err, "files:write")
		}
		if err := b.engine.DraftUploaded(ctx, d.ID, up); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	_, err = b.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: up.File, Title: name}}, Channel: channel, ThreadTimestamp: thread,
	})
	// An upload that was shown is not there to be shown any more.
	if err != nil && (!again || err.Error() != "file_not_found") {
		return nil, unanswered(err, "files:write")
	}
	up.Shared = true
	if err := b.engine.DraftUploaded(ctx, d.ID, up); err != nil {
		return nil, err
	}
	where := "in its thread"
	if !own {
		where = "here"
	}
	return b.render.note("The draft of " + d.ID + " is " + where + ", as " + name + "; what nobody told yet is a comment in it."), nil
}

// file is one that is handed to Slack.
type file struct {
	name, alt string // alt is for who does not see a picture
	content   []byte
}

// upload hands a file to Slack, and returns its id. Nobody sees it yet.
func (b *Bot) upload(ctx context.Context, f file) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	to, err := b.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: f.name, FileSize: len(f.content), AltTxt: f.alt})
	if err != nil {
		return "", err
	}
	return to.FileID, b.api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: to.UploadURL, Content: string(f.content), Filename: f.name})
}

// placeOf is where an incident's own thread is; where it has none, where it was
// asked for.
func (b *Bot) placeOf(ctx context.Context, a asker, id string) (channel, thread string, own bool, err error) {
	err = b.store.View(ctx, func(r engine.Reader) error {
		p, err := r.Post(ctx, engine.KeyOf(id))
		if err == nil && p.TS != "" && !p.Dead {
			channel, thread = p.Channel, p.TS
		}
		return err
	})
	if err != nil && engine.KindOf(err) != engine.NotFound {
		return "", "", false, err
	}
	if channel == "" {
		return a.channel, a.under, false, nil
	}
	return channel, thread, true, nil
}

// unanswered is an error of a call to Slack that a person waits for: what cannot
// help to try again is told, the rest is tried again.
func unanswered(err error, scope string) error {
	answer, isAnswer := errors.AsType[slack.SlackErrorResponse](err)
	if isAnswer && !uncertain(err) {
		if answer.Err == "missing_scope" {
			return engine.Conflictf("slack wants the scope %s for that: give it to the app and install it again", scope)
		}
		return engine.Conflictf("slack refuses that: %s", answer.Err)
	}
	return &engine.Error{Kind: engine.Unavailable, Text: "slack did not take it; it is tried again", Err: quiet(err)}
}
