package bot

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/slack-go/slack"
)

// Slack's limits, in characters unless said otherwise. total is ours: the
// blocks of a message may not hold more than some 13 200 together, which Slack
// does not document.
const (
	limitHeader  = 150
	limitSection = 3000
	limitBlocks  = 50 // blocks in a message
	limitTotal   = 12000
	limitText    = 300 // our own: what a notification shows of a message
)

// The action ids. They are part of the contract: messages that stand in
// channels for years carry them.
const (
	actionApprove  = "decision_approve"
	actionReject   = "decision_reject"
	actionUndo     = "decision_undo"
	actionEvidence = "decision_evidence"
	actionAck      = "incident_ack"
	actionResolve  = "incident_resolve"
	actionDetails  = "incident_details"
	actionSurface  = "incident_show"
	actionSilence  = "silence_confirm"
	actionEnd      = "silence_end"
)

// message is what one Slack message says.
type message struct {
	text      string // what a notification shows
	blocks    []slack.Block
	broadcast bool // a reply that the channel shows, too
}

// hash names the content: the same content is not sent twice.
func (m *message) hash() string {
	h := sha256.New()
	// Encoding our own blocks cannot fail, and an empty hash only sends again.
	_ = json.NewEncoder(h).Encode(struct {
		Text   string
		Blocks []slack.Block
	}{m.text, m.blocks})
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func (m *message) add(blocks ...slack.Block) {
	for _, b := range blocks {
		if b != nil {
			m.blocks = append(m.blocks, b)
		}
	}
}

// fit brings a message within Slack's limits. Each block is within its own
// already; what is too much in all goes from the end, buttons and the last
// line excepted.
func (m *message) fit() *message {
	m.text = cut(cmp.Or(m.text, "(no title)"), limitText, nil)
	if len(m.blocks) == 0 {
		m.add(section("(no title)")) // all that was to be shown cannot be seen
	}
	for len(m.blocks) > limitBlocks || m.size() > limitTotal {
		victim := -1
		for i, b := range m.blocks {
			if _, ok := b.(*slack.SectionBlock); ok && i > 0 {
				victim = i
			}
		}
		if victim < 0 {
			m.blocks = m.blocks[:min(len(m.blocks), limitBlocks)]
			break
		}
		m.blocks = append(m.blocks[:victim:victim], m.blocks[victim+1:]...)
	}
	return m
}

func (m *message) size() int {
	n := 0
	for _, b := range m.blocks {
		switch b := b.(type) {
		case *slack.HeaderBlock:
			n += length(b.Text.Text)
		case *slack.SectionBlock:
			n += length(b.Text.Text)
		case *slack.ContextBlock:
			for _, e := range b.ContextElements.Elements {
				if t, ok := e.(*slack.TextBlockObject); ok {
					n += length(t.Text)
				}
			}
		}
	}
	return n
}

// mrkdwn is formatted text. It is verbatim: Slack turns nothing in it into
// links, channels or mentions that we did not write as such.
func mrkdwn(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, text, false, true)
}

// label is text as it is, at most limit long.
func label(text string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(text, limit, nil), true, false)
}

func header(text string) slack.Block {
	return slack.NewHeaderBlock(label(cmp.Or(text, "(no title)"), limitHeader))
}

// section holds lines, the empty ones left out; lines beyond the limit are
// dropped whole, so that no link or mention is cut in two.
func section(lines ...string) slack.Block {
	text := lineUp(lines, limitSection)
	if text == "" {
		return nil
	}
	return slack.NewSectionBlock(mrkdwn(text), nil, nil)
}

func footnote(lines ...string) slack.Block {
	text := lineUp(lines, limitSection)
	if text == "" {
		return nil
	}
	return slack.NewContextBlock("", mrkdwn(text))
}

func lineUp(lines []string, limit int) string {
	var b strings.Builder
	n := 0
	for _, line := range lines {
		if line == "" {
			continue
		}
		if n+length(line)+3 > limit {
			b.WriteString("\n…")
			break
		}
		if n > 0 {
			b.WriteByte('\n')
			n++
		}
		b.WriteString(line)
		n += length(line)
	}
	return b.String()
}

// aside is a line with a button at its end.
func aside(line string, b *slack.ButtonBlockElement) slack.Block {
	return slack.NewSectionBlock(mrkdwn(line), nil, slack.NewAccessory(b))
}

// fact is a label with what it says below it.
func fact(name, value string, more ...string) slack.Block {
	if value == "" {
		return nil
	}
	return section(append([]string{"*" + name + "*", value}, more...)...)
}

// button carries an id and nothing else: what it does is decided by the state
// when it is clicked.
func button(action, id, text string) *slack.ButtonBlockElement {
	return slack.NewButtonBlockElement(action, id, label(text, 75))
}

func primary(b *slack.ButtonBlockElement) *slack.ButtonBlockElement {
	return b.WithStyle(slack.StylePrimary)
}

func buttons(elements ...slack.BlockElement) slack.Block {
	if len(elements) == 0 {
		return nil
	}
	return slack.NewActionBlock("", elements...)
}
