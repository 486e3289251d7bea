// What stands in a log: plain objects, whose identity lasts as long as they are shown.

/**
 * @typedef {object} Item
 * @property {string} id            unique on this page
 * @property {string} kind          'said' | 'topic' | 'joined' | 'left' | 'departed' | 'renamed' | 'moderated' | 'rules' | 'erased'
 *                                  | 'gap' | 'announced' | 'note' | 'invited' | 'absent'
 * @property {number} [number]      its number in the room, of what has one (and is not of an epoch that is over)
 * @property {number} time          seconds since 1970
 * @property {string} who           whose deed it was; of `renamed` the old name; '' of gaps and notes
 * @property {string} text          what was said, the topic, the new name, the words (why) of leaving and of moderators' deeds
 * @property {boolean} isMine
 * @property {boolean} isMention
 * @property {boolean} isPast       told later than it happened
 * @property {boolean} [action]
 * @property {boolean} [notice]
 * @property {boolean} [isPrivate]
 * @property {'pending'|'failed'} [state]  of one's own lines that are not known to be kept
 * @property {object} [error]       of a failed one: the error line, or {code: 'forgotten' | 'stale'}
 * @property {boolean} [canResend]  of a failed one: else its text is to be edited
 * @property {string} [key]
 * @property {number} [from]        of a gap: the first number left out
 * @property {number} [to]          of a gap: the last one; less than `from` where only the epoch has changed.
 *                                  Of `moderated` and `invited`: a name
 * @property {'page'|'deleted'|'unread'|'epoch'|'unloaded'} [why]
 * @property {boolean} [isLoading]  of a gap that is being filled
 * @property {string} [cause]       of left ('kicked', 'banned') and departed
 * @property {string} [deed]        of moderated
 * @property {number|null} [until]  of moderated
 * @property {object} [rules]       of rules; `changed`: names of those that were
 * @property {string[]} [changed]
 * @property {string} [by]          of erased: the moderator
 * @property {string} [room]        of invited
 */
