package bot

import (
	"context"

	"github.com/slack-go/slack"
)

// inform tells something to a person who is in no channel: they clicked on their
// Home tab or in a dialog. It opens over what they look at; where that comes too
// late, it is a direct message.
func (b *Bot) inform(ctx context.Context, a asker, m *message, options []slack.MsgOption) error {
	if a.trigger != "" {
		if _, err := b.api.OpenViewContext(ctx, a.trigger, reading(m)); err == nil {
			return nil
		}
	}
	_, _, err := b.api.PostMessageContext(ctx, a.user, options...)
	return err
}

// reading is a message as a dialog that is only read. Its buttons are left out:
// a dialog does not change when the facts do.
func reading(m *message) slack.ModalViewRequest {
	v := slack.ModalViewRequest{Type: slack.VTModal, CallbackID: modalReading, Title: label("RAG of Fire", 24), Close: label("Close", 24)}
	for _, block := range m.blocks {
		if _, ok := block.(*slack.ActionBlock); !ok {
			v.Blocks.BlockSet = append(v.Blocks.BlockSet, block)
		}
	}
	return v
}

// modalReading is the id of a dialog that asks for nothing.
const modalReading = "reading_modal"
