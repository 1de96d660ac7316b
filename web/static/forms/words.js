// Written by `python -m lachan.register.forms.wording`; change the words there.

export const WORDS = {
  "required_choice": {
    "vi": "{name}: chọn một câu trả lời",
    "en": "{name}: choose an answer"
  },
  "required_choices": {
    "vi": "{name}: chọn ít nhất một ô",
    "en": "{name}: choose at least one"
  },
  "required_entry": {
    "vi": "{name}: ghi câu trả lời",
    "en": "{name}: write an answer"
  },
  "not_a_choice": {
    "vi": "{name}: chọn một trong các câu có sẵn. Đang nhận “{typed}”",
    "en": "{name}: choose one of the answers given. You entered “{typed}”"
  },
  "exclusive": {
    "vi": "{name}: đã chọn “{option}” thì bỏ các ô khác",
    "en": "{name}: if you choose “{option}”, clear the other boxes"
  },
  "not_an_integer": {
    "vi": "{name}: ghi một số nguyên, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a whole number, for example {example}. You entered {typed}"
  },
  "not_a_number": {
    "vi": "{name}: ghi một số, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a number, for example {example}. You entered {typed}"
  },
  "places_0": {
    "vi": "{name}: ghi số tròn, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a whole number, for example {example}. You entered {typed}"
  },
  "places": {
    "vi": "{name}: ghi nhiều nhất {places} số lẻ, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: use at most {places} decimal places, for example {example}. You entered {typed}"
  },
  "between": {
    "vi": "{name} phải từ {least} đến {most}{unit}. Ô đang ghi {typed}",
    "en": "{name} must be from {least} to {most}{unit}. You entered {typed}"
  },
  "at_least": {
    "vi": "{name} phải từ {least}{unit} trở lên. Ô đang ghi {typed}",
    "en": "{name} must be {least}{unit} or more. You entered {typed}"
  },
  "at_most": {
    "vi": "{name} phải từ {most}{unit} trở xuống. Ô đang ghi {typed}",
    "en": "{name} must be {most}{unit} or less. You entered {typed}"
  },
  "not_text": {
    "vi": "{name}: ghi bằng chữ",
    "en": "{name}: write it in words"
  },
  "too_long": {
    "vi": "{name}: ghi nhiều nhất {longest} chữ cái. Ô đang có {length}",
    "en": "{name}: use at most {longest} characters. You have {length}"
  },
  "not_a_day": {
    "vi": "{name}: ghi ngày, tháng, năm, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter day, month and year, for example {example}. You entered {typed}"
  },
  "not_a_moment": {
    "vi": "{name}: ghi ngày và giờ, ví dụ {example} 14:30. Ô đang ghi {typed}",
    "en": "{name}: enter day and time, for example {example} 14:30. You entered {typed}"
  },
  "too_early": {
    "vi": "{name} phải từ ngày {earliest} trở đi. Ô đang ghi {typed}",
    "en": "{name} must be {earliest} or later. You entered {typed}"
  },
  "too_late": {
    "vi": "{name} phải từ ngày {latest} trở về trước. Ô đang ghi {typed}",
    "en": "{name} must be {latest} or earlier. You entered {typed}"
  },
  "not_entries": {
    "vi": "{name}: ghi thành danh sách, mỗi {entry} một mục. Đang nhận “{typed}”",
    "en": "{name}: send a list with one item for each {entry}. Got “{typed}”"
  },
  "too_few_entries": {
    "vi": "{name}: thêm cho đủ ít nhất {least} {entry}. Đang có {typed}",
    "en": "{name}: add at least {least} ({entry}). You have {typed}"
  },
  "too_many_entries": {
    "vi": "{name}: khai nhiều nhất {most} {entry}. Đang có {typed}",
    "en": "{name}: at most {most} ({entry}). You have {typed}"
  },
  "unknown_question": {
    "vi": "Tờ khai này không có câu “{typed}”",
    "en": "This form has no question “{typed}”"
  },
  "not_answers": {
    "vi": "Câu trả lời phải là một danh sách tên câu và giá trị",
    "en": "Answers must be an object of question codes and values"
  }
};
