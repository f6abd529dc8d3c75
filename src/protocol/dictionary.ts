// The preset dictionary of compressed frames, version 1; docs/dictionary-1.txt has the same bytes.

/**
 * Words and turns of speech of conversations in English and German, the rarer ones first: what stands near the end costs
 * fewer bits to refer to.
 */
const PHRASES = `
https://www. http:// https:// .com/ .org/ .html ?id= &amp; github.com/ youtube.com/watch?v= wikipedia.org/wiki/ localhost:
Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September October
November December Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag
password username account version server message picture meeting problem question answer project customer company office
telephone address document document.pdf screenshot .png .jpg .docx update release deploy branch commit merge request review
error failed failure warning timeout restart install backup database network internet website computer
everybody everything something anything nothing someone anyone another because before after again always never sometimes
through without between against during together already almost enough different important possible probably available
tomorrow morning yesterday evening afternoon tonight weekend next week last week this week next month at noon o'clock minutes
hours days weeks months years people thing things place right wrong left first second third little great better best
about would could should there their where which while these those other than then when what with from have this that they
Ich bin Ich habe Ich kann Ich werde Ich finde Kannst du Hast du Wir haben Wir können Wir müssen Das ist Das wäre Es gibt
nicht noch schon auch aber oder wenn dann weil dass heute morgen gestern vielleicht bitte danke gerne natürlich genau
gibt es haben wird werden wurde können müssen sollte würde könnte machen gemacht einen einem einer eine ein der die das
und ist mit für auf von zu im in den dem des sich sie wir ihr euch mir mich dir dich uns nur mal so wie was wer wo wann
Guten Morgen Guten Tag Guten Abend Hallo zusammen Hallo Vielen Dank Alles klar Bis später Bis morgen Bis dann Viel Spaß
Schönes Wochenende Keine Ahnung Kein Problem Einen Moment Ich komme gleich. Ich schaue mir das an. Weiß jemand, ob
Good morning Good night Happy birthday Congratulations See you later See you tomorrow See you there Take care Have a nice
weekend Have fun Good luck Well done Sounds good Sounds great Looks good to me I don't know I don't think so I think so too
I agree Of course Not sure Never mind No problem You're welcome Thank you very much Thank you so much Thanks a lot, Thanks!
Sorry, I'm sorry I'm late I'm on my way I'll be there in I'll be back I'll look at it I'll have a look I'll let you know
Let me know if you Let me check Let's go Let's meet at Let's talk about Do you have Do you know Did you see Have you seen
Can you please Can you help Could you please Could somebody Is there Is anybody Is it possible to Does anyone know if
Would you like to What do you think about What time is What about How are you? How about How do I How much When will Where
is the Why is it Who is Please have a look at There is a There are some We need to We should We could We can I would like to
I was just I just wanted to I have to I have been I've got it I got it It is It's not It was It looks like That's That would
be You can You should They are going to do not does not did not cannot can't won't doesn't didn't isn't wasn't
to the of the in the on the for the at the with the from the by the and the is the that the it is it was to be will be
have a for a with a as a in a is a not a and I and then but I if you so I so that a lot of a bit one of the out of
okay ok yes no yeah sure haha lol hi hey hello thx please the and you that was for are with his they have this from had
**important** __ * \` \\n \\n\\n \\" 😀 😂 🤣 😊 😍 👍 👍🏻 ❤️ 🎉 🙏 😉 😅 🤔 😢 🔥 ✅ :-) ;-) :) ;) ... !!! ??
`;

/** The forms of the events, as the server writes them. */
const EVENTS = [
  '"reactions":{"👍":{"count":1,"user_ids":["',
  '"]},"❤️":{"count":2,"user_ids":["',
  '"mentions":["","mentions_all":true,"pinned":true,"deleted":"moderator","deleted":"author"',
  '{"event":"changed","time":1796040743.424,"data":{"chat_id":"dm:15d9d99c1a25eca5bb2b627a:64b0c0ffee64b0c0ffee0001"',
  ',"seq":1024,"message_id":"0mx38aavnfuNmb-RxD-I6VsqL","user_id":"64b0c0ffee64b0c0ffee0001","username":"anna","message":"',
  '","time":1796040743.315,"rev":12,"edited":1796040743.424,"reply_to":1023}}',
  '{"event":"message","time":1796040743.427,"data":{"chat_id":"group:ebe0f396846b6c94927d5f72","seq":3,"message_id":"',
  '","time":1796040743.427}}',
  '{"event":"message","time":1796040743.424,"data":{"chat_id":"common","seq":1025,"message_id":"0mx38aavnfuNmb-RxD-I6VsqL"',
  ',"user_id":"15d9d99c1a25eca5bb2b627a","username":"test","message":"","time":1796040743.424}}',
];

/** All receivers know these bytes and no others: they never change. A better dictionary needs another feature. */
export const DICTIONARY: Buffer = Buffer.from(PHRASES.trim().replaceAll("\n", " ") + EVENTS.join(""));
