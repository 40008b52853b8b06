package slackfake

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Effects tells what a message would do: whom its text and blocks ping, and what
// they link.
func Effects(text string, blocks []byte) ([]Ping, []Link) {
	f := &found{}
	f.scanMrkdwn(text, "text", false)
	var list []map[string]any
	if json.Unmarshal(blocks, &list) == nil {
		f.scanBlocks(list, "/blocks")
	}
	return f.pings, f.links
}

// note records what a message or view of the app would ping and link.
func (st *state) note(c *content, at Place, silent bool) {
	f := &found{}
	if c.markdown {
		f.scanMarkdown(c.text, "text")
	} else {
		// With blocks the text is only the notification, but that is enough
		// for a mention to be read out.
		f.scanMrkdwn(c.text, "text", false)
	}
	if c.autoMention {
		f.scanAutoMentions(c.text, "text", st.work.groups)
	}
	f.scanBlocks(c.blocks, "/blocks")
	f.scanAttachments(c.attachments)
	st.noteFound(f, at, silent)
}

func (st *state) noteFound(f *found, at Place, silent bool) {
	at.At = st.ids.now()
	for _, p := range f.pings {
		where := p.Where
		p.Place, p.Silent = at, silent
		p.Where = where
		st.record.pings.add(&p)
	}
	for _, l := range f.links {
		where := l.Where
		l.Place = at
		l.Where = where
		st.record.links.add(&l)
	}
}

func (f *found) scanBlocks(blocks []map[string]any, at string) {
	for i, b := range blocks {
		f.scanNode(b, fmt.Sprintf("%s/%d", at, i))
	}
}

// scanNode looks at one object of a block and at everything inside it.
func (f *found) scanNode(o map[string]any, at string) {
	kind, _ := o["type"].(string)
	text, _ := o["text"].(string)
	url, _ := o["url"].(string)
	switch kind {
	case "plain_text", "raw_text":
		return // shown as it is
	case "mrkdwn":
		verbatim, _ := o["verbatim"].(bool)
		f.scanMrkdwn(text, at+"/text", verbatim)
		return
	case "markdown":
		f.scanMarkdown(text, at+"/text")
	case "broadcast":
		rng, _ := o["range"].(string)
		f.ping(rng, "", at)
	case "user":
		id, _ := o["user_id"].(string)
		f.ping("user", id, at)
	case "usergroup":
		id, _ := o["usergroup_id"].(string)
		f.ping("subteam", id, at)
	case "link", "date", "url":
		f.link("rich_text", url, text, at)
	case "button", "workflow_button":
		f.link("button", url, textOf(o["text"]), at+"/url")
	default:
		if url != "" && kind == "" {
			f.link("button", url, textOf(o["text"]), at+"/url") // an option
		}
	}
	for _, key := range []string{"image_url", "video_url", "title_url", "thumbnail_url", "provider_icon_url"} {
		s, _ := o[key].(string)
		f.link("image", s, "", at+"/"+key)
	}
	f.scanInside(o, at)
}

func (f *found) scanInside(v any, at string) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range sortedKeys(v) {
			f.scanValue(v[key], at+"/"+key)
		}
	case []any:
		for i, x := range v {
			f.scanValue(x, fmt.Sprintf("%s/%d", at, i))
		}
	case []map[string]any:
		for i, x := range v {
			f.scanValue(x, fmt.Sprintf("%s/%d", at, i))
		}
	}
}

func (f *found) scanValue(v any, at string) {
	if o, ok := v.(map[string]any); ok {
		f.scanNode(o, at)
		return
	}
	f.scanInside(v, at)
}

// scanAttachments reads the older kind of message layout.
func (f *found) scanAttachments(list []map[string]any) {
	for i, a := range list {
		at := fmt.Sprintf("/attachments/%d", i)
		for _, key := range []string{"pretext", "text", "title", "footer", "author_name"} {
			text, _ := a[key].(string)
			f.scanMrkdwn(text, at+"/"+key, false)
		}
		for j, o := range objects(a["fields"]) {
			for _, key := range []string{"title", "value"} {
				text, _ := o[key].(string)
				f.scanMrkdwn(text, fmt.Sprintf("%s/fields/%d/%s", at, j, key), false)
			}
		}
		for _, key := range []string{"title_link", "author_link", "from_url", "image_url", "thumb_url", "author_icon", "footer_icon"} {
			url, _ := a[key].(string)
			f.link("attachment", url, "", at+"/"+key)
		}
		for j, o := range objects(a["actions"]) {
			url, _ := o["url"].(string)
			f.link("button", url, "", fmt.Sprintf("%s/actions/%d/url", at, j))
		}
		f.scanBlocks(objects(a["blocks"]), at+"/blocks")
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
