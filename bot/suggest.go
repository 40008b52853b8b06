package bot

import "context"

// fixMark begins a note that says what fixed an incident.
const fixMark = "fix: "

// suggested is what most likely fixed an incident and why it broke, to begin a
// dialog with. It is a convenience, so an error is none.
func (b *Bot) suggested(ctx context.Context, id string) (fix, cause string) {
	d, err := b.engine.Tale(ctx, id)
	if err != nil {
		return "", ""
	}
	return d.Prefill()
}
