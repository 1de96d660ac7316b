// Written by `python -m lachan.register.forms.wording`; change the words there.

export const WORDS = {
  "required_choice": {
    "vi": "{name}: chọn một câu trả lời",
    "en": "{name}: choose an answer",
    "es": "{name}: elija una respuesta",
    "fr": "{name} : choisissez une réponse",
    "it": "{name}: scegliere una risposta",
    "ja": "{name}：答えを選んでください",
    "km": "{name}៖ ជ្រើសរើសចម្លើយមួយ",
    "ko": "{name}: 답을 하나 고르십시오",
    "lo": "{name}: ເລືອກຄຳຕອບໜຶ່ງ",
    "ru": "{name}: выберите ответ",
    "zh": "{name}：请选择一个回答"
  },
  "required_choices": {
    "vi": "{name}: chọn ít nhất một ô",
    "en": "{name}: choose at least one",
    "es": "{name}: elija al menos una",
    "fr": "{name} : cochez au moins une case",
    "it": "{name}: scegliere almeno una voce",
    "ja": "{name}：一つ以上選んでください",
    "km": "{name}៖ ជ្រើសរើសយ៉ាងតិចមួយ",
    "ko": "{name}: 하나 이상 고르십시오",
    "lo": "{name}: ເລືອກຢ່າງໜ້ອຍໜຶ່ງຊ່ອງ",
    "ru": "{name}: выберите хотя бы один ответ",
    "zh": "{name}：请至少选择一项"
  },
  "required_entry": {
    "vi": "{name}: ghi câu trả lời",
    "en": "{name}: write an answer",
    "es": "{name}: escriba una respuesta",
    "fr": "{name} : écrivez une réponse",
    "it": "{name}: scrivere una risposta",
    "ja": "{name}：答えを書いてください",
    "km": "{name}៖ សរសេរចម្លើយ",
    "ko": "{name}: 답을 적으십시오",
    "lo": "{name}: ຂຽນຄຳຕອບ",
    "ru": "{name}: напишите ответ",
    "zh": "{name}：请填写"
  },
  "not_a_choice": {
    "vi": "{name}: chọn một trong các câu có sẵn. Đang nhận “{typed}”",
    "en": "{name}: choose one of the answers given. You entered “{typed}”",
    "es": "{name}: elija una de las respuestas dadas. Escribió «{typed}»",
    "fr": "{name} : choisissez une des réponses proposées. Vous avez écrit « {typed} »",
    "it": "{name}: scegliere una delle risposte date. È scritto «{typed}»",
    "ja": "{name}：示された答えから選んでください。今は「{typed}」です",
    "km": "{name}៖ ជ្រើសរើសពីចម្លើយដែលមាន។ ឥឡូវជា “{typed}”",
    "ko": "{name}: 주어진 답 가운데서 고르십시오. 지금은 “{typed}”입니다",
    "lo": "{name}: ເລືອກຈາກຄຳຕອບທີ່ມີ. ຕອນນີ້ແມ່ນ “{typed}”",
    "ru": "{name}: выберите из предложенных ответов. Введено «{typed}»",
    "zh": "{name}：请从所给回答中选择。现为“{typed}”"
  },
  "exclusive": {
    "vi": "{name}: đã chọn “{option}” thì bỏ các ô khác",
    "en": "{name}: if you choose “{option}”, clear the other boxes",
    "es": "{name}: si elige «{option}», quite las otras",
    "fr": "{name} : si vous cochez « {option} », décochez les autres cases",
    "it": "{name}: se si sceglie «{option}», togliere le altre",
    "ja": "{name}：「{option}」を選んだら、ほかの欄は外してください",
    "km": "{name}៖ បើជ្រើស “{option}” សូមដកប្រអប់ផ្សេង",
    "ko": "{name}: “{option}”을(를) 골랐으면 다른 칸은 지우십시오",
    "lo": "{name}: ເລືອກ “{option}” ແລ້ວ ໃຫ້ເອົາຊ່ອງອື່ນອອກ",
    "ru": "{name}: если выбрано «{option}», снимите остальные",
    "zh": "{name}：已选“{option}”，请取消其他选项"
  },
  "not_an_integer": {
    "vi": "{name}: ghi một số nguyên, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a whole number, for example {example}. You entered {typed}",
    "es": "{name}: escriba un número entero, por ejemplo {example}. Escribió {typed}",
    "fr": "{name} : écrivez un nombre entier, par exemple {example}. Vous avez écrit {typed}",
    "it": "{name}: scrivere un numero intero, per esempio {example}. È scritto {typed}",
    "ja": "{name}：整数を書いてください。例：{example}。今は{typed}です",
    "km": "{name}៖ សរសេរលេខគត់ ឧទាហរណ៍ {example}។ ឥឡូវជា {typed}",
    "ko": "{name}: 정수를 적으십시오. 예: {example}. 지금은 {typed}입니다",
    "lo": "{name}: ຂຽນຈຳນວນເຕັມ, ຕົວຢ່າງ {example}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: введите целое число, например {example}. Введено {typed}",
    "zh": "{name}：请填写整数，例如 {example}。现为 {typed}"
  },
  "not_a_number": {
    "vi": "{name}: ghi một số, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a number, for example {example}. You entered {typed}",
    "es": "{name}: escriba un número, por ejemplo {example}. Escribió {typed}",
    "fr": "{name} : écrivez un nombre, par exemple {example}. Vous avez écrit {typed}",
    "it": "{name}: scrivere un numero, per esempio {example}. È scritto {typed}",
    "ja": "{name}：数字を書いてください。例：{example}。今は{typed}です",
    "km": "{name}៖ សរសេរលេខ ឧទាហរណ៍ {example}។ ឥឡូវជា {typed}",
    "ko": "{name}: 숫자를 적으십시오. 예: {example}. 지금은 {typed}입니다",
    "lo": "{name}: ຂຽນຕົວເລກ, ຕົວຢ່າງ {example}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: введите число, например {example}. Введено {typed}",
    "zh": "{name}：请填写数字，例如 {example}。现为 {typed}"
  },
  "places_0": {
    "vi": "{name}: ghi số tròn, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter a whole number, for example {example}. You entered {typed}",
    "es": "{name}: escriba un número entero, por ejemplo {example}. Escribió {typed}",
    "fr": "{name} : écrivez un nombre entier, par exemple {example}. Vous avez écrit {typed}",
    "it": "{name}: scrivere un numero intero, per esempio {example}. È scritto {typed}",
    "ja": "{name}：小数なしで書いてください。例：{example}。今は{typed}です",
    "km": "{name}៖ សរសេរលេខគ្មានទសភាគ ឧទាហរណ៍ {example}។ ឥឡូវជា {typed}",
    "ko": "{name}: 소수점 없이 적으십시오. 예: {example}. 지금은 {typed}입니다",
    "lo": "{name}: ຂຽນເລກເຕັມ, ຕົວຢ່າງ {example}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: введите целое число, например {example}. Введено {typed}",
    "zh": "{name}：请填写整数，例如 {example}。现为 {typed}"
  },
  "places": {
    "vi": "{name}: ghi nhiều nhất {places} số lẻ, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: use at most {places} decimal places, for example {example}. You entered {typed}",
    "es": "{name}: como máximo {places} decimales, por ejemplo {example}. Escribió {typed}",
    "fr": "{name} : au plus {places} décimales, par exemple {example}. Vous avez écrit {typed}",
    "it": "{name}: al massimo {places} decimali, per esempio {example}. È scritto {typed}",
    "ja": "{name}：小数は{places}桁までです。例：{example}。今は{typed}です",
    "km": "{name}៖ ទសភាគច្រើនបំផុត {places} ខ្ទង់ ឧទាហរណ៍ {example}។ ឥឡូវជា {typed}",
    "ko": "{name}: 소수점 아래 {places}자리까지 적으십시오. 예: {example}. 지금은 {typed}입니다",
    "lo": "{name}: ທົດສະນິຍົມບໍ່ເກີນ {places} ຕົວ, ຕົວຢ່າງ {example}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: знаков после запятой не больше {places}, например {example}. Введено {typed}",
    "zh": "{name}：最多 {places} 位小数，例如 {example}。现为 {typed}"
  },
  "between": {
    "vi": "{name} phải từ {least} đến {most}{unit}. Ô đang ghi {typed}",
    "en": "{name} must be from {least} to {most}{unit}. You entered {typed}",
    "es": "{name}: de {least} a {most}{unit}. Escribió {typed}",
    "fr": "{name} : de {least} à {most}{unit}. Vous avez écrit {typed}",
    "it": "{name}: da {least} a {most}{unit}. È scritto {typed}",
    "ja": "{name}：{least}から{most}{unit}までにしてください。今は{typed}です",
    "km": "{name} ត្រូវពី {least} ដល់ {most}{unit}។ ឥឡូវជា {typed}",
    "ko": "{name}: {least}부터 {most}{unit}까지여야 합니다. 지금은 {typed}입니다",
    "lo": "{name} ຕ້ອງຢູ່ລະຫວ່າງ {least} ຫາ {most}{unit}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: от {least} до {most}{unit}. Введено {typed}",
    "zh": "{name}须在 {least} 至 {most}{unit} 之间。现为 {typed}"
  },
  "at_least": {
    "vi": "{name} phải từ {least}{unit} trở lên. Ô đang ghi {typed}",
    "en": "{name} must be {least}{unit} or more. You entered {typed}",
    "es": "{name}: al menos {least}{unit}. Escribió {typed}",
    "fr": "{name} : au moins {least}{unit}. Vous avez écrit {typed}",
    "it": "{name}: almeno {least}{unit}. È scritto {typed}",
    "ja": "{name}：{least}{unit}以上にしてください。今は{typed}です",
    "km": "{name} ត្រូវចាប់ពី {least}{unit} ឡើង។ ឥឡូវជា {typed}",
    "ko": "{name}: {least}{unit} 이상이어야 합니다. 지금은 {typed}입니다",
    "lo": "{name} ຕ້ອງແຕ່ {least}{unit} ຂຶ້ນໄປ. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: не меньше {least}{unit}. Введено {typed}",
    "zh": "{name}须不小于 {least}{unit}。现为 {typed}"
  },
  "at_most": {
    "vi": "{name} phải từ {most}{unit} trở xuống. Ô đang ghi {typed}",
    "en": "{name} must be {most}{unit} or less. You entered {typed}",
    "es": "{name}: como máximo {most}{unit}. Escribió {typed}",
    "fr": "{name} : au plus {most}{unit}. Vous avez écrit {typed}",
    "it": "{name}: al massimo {most}{unit}. È scritto {typed}",
    "ja": "{name}：{most}{unit}以下にしてください。今は{typed}です",
    "km": "{name} ត្រូវមិនលើស {most}{unit}។ ឥឡូវជា {typed}",
    "ko": "{name}: {most}{unit} 이하여야 합니다. 지금은 {typed}입니다",
    "lo": "{name} ຕ້ອງບໍ່ເກີນ {most}{unit}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: не больше {most}{unit}. Введено {typed}",
    "zh": "{name}须不大于 {most}{unit}。现为 {typed}"
  },
  "not_text": {
    "vi": "{name}: ghi bằng chữ",
    "en": "{name}: write it in words",
    "es": "{name}: escríbalo con palabras",
    "fr": "{name} : écrivez-le en mots",
    "it": "{name}: scriverlo a parole",
    "ja": "{name}：文字で書いてください",
    "km": "{name}៖ សរសេរជាអក្សរ",
    "ko": "{name}: 글자로 적으십시오",
    "lo": "{name}: ຂຽນເປັນຕົວໜັງສື",
    "ru": "{name}: напишите словами",
    "zh": "{name}：请用文字填写"
  },
  "too_long": {
    "vi": "{name}: ghi nhiều nhất {longest} chữ cái. Ô đang có {length}",
    "en": "{name}: use at most {longest} characters. You have {length}",
    "es": "{name}: como máximo {longest} caracteres. Tiene {length}",
    "fr": "{name} : au plus {longest} caractères. Vous en avez {length}",
    "it": "{name}: al massimo {longest} caratteri. Ce ne sono {length}",
    "ja": "{name}：{longest}文字までです。今は{length}文字です",
    "km": "{name}៖ ច្រើនបំផុត {longest} តួ។ ឥឡូវមាន {length}",
    "ko": "{name}: {longest}자까지입니다. 지금은 {length}자입니다",
    "lo": "{name}: ບໍ່ເກີນ {longest} ຕົວ. ຕອນນີ້ມີ {length}",
    "ru": "{name}: не больше {longest} знаков. Сейчас {length}",
    "zh": "{name}：最多 {longest} 个字符，现有 {length} 个"
  },
  "not_a_day": {
    "vi": "{name}: ghi ngày, tháng, năm, ví dụ {example}. Ô đang ghi {typed}",
    "en": "{name}: enter day, month and year, for example {example}. You entered {typed}",
    "es": "{name}: escriba día, mes y año, por ejemplo {example}. Escribió {typed}",
    "fr": "{name} : indiquez jour, mois et année, par exemple {example}. Vous avez écrit {typed}",
    "it": "{name}: scrivere giorno, mese e anno, per esempio {example}. È scritto {typed}",
    "ja": "{name}：年、月、日を書いてください。例：{example}。今は{typed}です",
    "km": "{name}៖ សរសេរ ថ្ងៃ ខែ ឆ្នាំ ឧទាហរណ៍ {example}។ ឥឡូវជា {typed}",
    "ko": "{name}: 연, 월, 일을 적으십시오. 예: {example}. 지금은 {typed}입니다",
    "lo": "{name}: ຂຽນ ມື້, ເດືອນ, ປີ, ຕົວຢ່າງ {example}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: укажите день, месяц и год, например {example}. Введено {typed}",
    "zh": "{name}：请填写年、月、日，例如 {example}。现为 {typed}"
  },
  "not_a_moment": {
    "vi": "{name}: ghi ngày và giờ, ví dụ {example} 14:30. Ô đang ghi {typed}",
    "en": "{name}: enter day and time, for example {example} 14:30. You entered {typed}",
    "es": "{name}: escriba día y hora, por ejemplo {example} 14:30. Escribió {typed}",
    "fr": "{name} : indiquez le jour et l'heure, par exemple {example} 14:30. Vous avez écrit {typed}",
    "it": "{name}: scrivere giorno e ora, per esempio {example} 14:30. È scritto {typed}",
    "ja": "{name}：日付と時刻を書いてください。例：{example} 14:30。今は{typed}です",
    "km": "{name}៖ សរសេរថ្ងៃ និងម៉ោង ឧទាហរណ៍ {example} 14:30។ ឥឡូវជា {typed}",
    "ko": "{name}: 날짜와 시각을 적으십시오. 예: {example} 14:30. 지금은 {typed}입니다",
    "lo": "{name}: ຂຽນມື້ ແລະ ເວລາ, ຕົວຢ່າງ {example} 14:30. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: укажите день и время, например {example} 14:30. Введено {typed}",
    "zh": "{name}：请填写日期和时间，例如 {example} 14:30。现为 {typed}"
  },
  "too_early": {
    "vi": "{name} phải từ ngày {earliest} trở đi. Ô đang ghi {typed}",
    "en": "{name} must be {earliest} or later. You entered {typed}",
    "es": "{name}: el {earliest} o después. Escribió {typed}",
    "fr": "{name} : le {earliest} ou après. Vous avez écrit {typed}",
    "it": "{name}: il {earliest} o dopo. È scritto {typed}",
    "ja": "{name}：{earliest}以降にしてください。今は{typed}です",
    "km": "{name} ត្រូវចាប់ពីថ្ងៃ {earliest} ទៅ។ ឥឡូវជា {typed}",
    "ko": "{name}: {earliest} 또는 그 뒤여야 합니다. 지금은 {typed}입니다",
    "lo": "{name} ຕ້ອງແຕ່ວັນທີ {earliest} ເປັນຕົ້ນໄປ. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: не раньше {earliest}. Введено {typed}",
    "zh": "{name}须在 {earliest} 或之后。现为 {typed}"
  },
  "too_late": {
    "vi": "{name} phải từ ngày {latest} trở về trước. Ô đang ghi {typed}",
    "en": "{name} must be {latest} or earlier. You entered {typed}",
    "es": "{name}: el {latest} o antes. Escribió {typed}",
    "fr": "{name} : le {latest} ou avant. Vous avez écrit {typed}",
    "it": "{name}: il {latest} o prima. È scritto {typed}",
    "ja": "{name}：{latest}以前にしてください。今は{typed}です",
    "km": "{name} ត្រូវមិនហួសថ្ងៃ {latest}។ ឥឡូវជា {typed}",
    "ko": "{name}: {latest} 또는 그 앞이어야 합니다. 지금은 {typed}입니다",
    "lo": "{name} ຕ້ອງບໍ່ກາຍວັນທີ {latest}. ຕອນນີ້ແມ່ນ {typed}",
    "ru": "{name}: не позже {latest}. Введено {typed}",
    "zh": "{name}须在 {latest} 或之前。现为 {typed}"
  },
  "not_entries": {
    "vi": "{name}: ghi thành danh sách, mỗi {entry} một mục. Đang nhận “{typed}”",
    "en": "{name}: send a list with one item for each {entry}. Got “{typed}”",
    "es": "{name}: una lista con una entrada por {entry}. Se recibió «{typed}»",
    "fr": "{name} : une liste, une entrée par {entry}. Reçu « {typed} »",
    "it": "{name}: un elenco con una voce per {entry}. Ricevuto «{typed}»",
    "ja": "{name}：{entry}ごとに一項目を書いてください。今は「{typed}」です",
    "km": "{name}៖ សរសេរជាបញ្ជី {entry}មួយមួយធាតុ។ ឥឡូវជា “{typed}”",
    "ko": "{name}: {entry}마다 한 항목씩 적으십시오. 지금은 “{typed}”입니다",
    "lo": "{name}: ຂຽນເປັນລາຍການ, ແຕ່ລະ{entry}ໜຶ່ງຂໍ້. ຕອນນີ້ແມ່ນ “{typed}”",
    "ru": "{name}: нужен список, по записи на каждое ({entry}). Получено «{typed}»",
    "zh": "{name}：请逐条填写，每个{entry}一条。现为“{typed}”"
  },
  "too_few_entries": {
    "vi": "{name}: thêm cho đủ ít nhất {least} {entry}. Đang có {typed}",
    "en": "{name}: add at least {least} ({entry}). You have {typed}",
    "es": "{name}: añada al menos {least} ({entry}). Hay {typed}",
    "fr": "{name} : ajoutez au moins {least} ({entry}). Il y en a {typed}",
    "it": "{name}: aggiungerne almeno {least} ({entry}). Ce ne sono {typed}",
    "ja": "{name}：{least}件以上追加してください（{entry}）。今は{typed}件です",
    "km": "{name}៖ បន្ថែមយ៉ាងតិច {least} ({entry})។ ឥឡូវមាន {typed}",
    "ko": "{name}: {least}개 이상 추가하십시오 ({entry}). 지금은 {typed}개입니다",
    "lo": "{name}: ເພີ່ມຢ່າງໜ້ອຍ {least} ({entry}). ຕອນນີ້ມີ {typed}",
    "ru": "{name}: добавьте не меньше {least} ({entry}). Сейчас {typed}",
    "zh": "{name}：请至少添加 {least} 条（{entry}），现有 {typed} 条"
  },
  "too_many_entries": {
    "vi": "{name}: khai nhiều nhất {most} {entry}. Đang có {typed}",
    "en": "{name}: at most {most} ({entry}). You have {typed}",
    "es": "{name}: como máximo {most} ({entry}). Hay {typed}",
    "fr": "{name} : au plus {most} ({entry}). Il y en a {typed}",
    "it": "{name}: al massimo {most} ({entry}). Ce ne sono {typed}",
    "ja": "{name}：{most}件までです（{entry}）。今は{typed}件です",
    "km": "{name}៖ ច្រើនបំផុត {most} ({entry})។ ឥឡូវមាន {typed}",
    "ko": "{name}: {most}개까지입니다 ({entry}). 지금은 {typed}개입니다",
    "lo": "{name}: ບໍ່ເກີນ {most} ({entry}). ຕອນນີ້ມີ {typed}",
    "ru": "{name}: не больше {most} ({entry}). Сейчас {typed}",
    "zh": "{name}：最多 {most} 条（{entry}），现有 {typed} 条"
  },
  "unknown_question": {
    "vi": "Tờ khai này không có câu “{typed}”",
    "en": "This form has no question “{typed}”",
    "es": "Este formulario no tiene la pregunta «{typed}»",
    "fr": "Ce formulaire n'a pas de question « {typed} »",
    "it": "Questo modulo non ha la domanda «{typed}»",
    "ja": "この申告書に「{typed}」という質問はありません",
    "km": "លិខិតនេះគ្មានសំណួរ “{typed}” ទេ",
    "ko": "이 신고서에는 “{typed}” 질문이 없습니다",
    "lo": "ໃບແຈ້ງນີ້ບໍ່ມີຂໍ້ “{typed}”",
    "ru": "В этой форме нет вопроса «{typed}»",
    "zh": "此表格没有“{typed}”这一题"
  },
  "not_answers": {
    "vi": "Câu trả lời phải là một danh sách tên câu và giá trị",
    "en": "Answers must be an object of question codes and values",
    "es": "Las respuestas deben ser una lista de códigos de pregunta y valores",
    "fr": "Les réponses doivent être une liste de codes de question et de valeurs",
    "it": "Le risposte devono essere un elenco di codici di domanda e valori",
    "ja": "回答は質問コードと値の一覧でなければなりません",
    "km": "ចម្លើយត្រូវជាបញ្ជីកូដសំណួរ និងតម្លៃ",
    "ko": "답은 질문 코드와 값의 목록이어야 합니다",
    "lo": "ຄຳຕອບຕ້ອງເປັນລາຍການລະຫັດຂໍ້ ແລະ ຄ່າ",
    "ru": "Ответы должны быть списком кодов вопросов и значений",
    "zh": "回答须为题目代码与值的列表"
  }
};

export const HABITS = {
  "vi": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": "."
  },
  "zh": {
    "day": "{y}年{m}月{d}日",
    "day_of_year": "{m}月{d}日",
    "point": ".",
    "group": ","
  },
  "ko": {
    "day": "{y}년 {m}월 {d}일",
    "day_of_year": "{m}월 {d}일",
    "point": ".",
    "group": ","
  },
  "ja": {
    "day": "{y}年{m}月{d}日",
    "day_of_year": "{m}月{d}日",
    "point": ".",
    "group": ","
  },
  "lo": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": "."
  },
  "km": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": "."
  },
  "ru": {
    "day": "{d:02}.{m:02}.{y}",
    "day_of_year": "{d:02}.{m:02}",
    "point": ",",
    "group": " "
  },
  "fr": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": " "
  },
  "es": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": "."
  },
  "it": {
    "day": "{d}/{m}/{y}",
    "day_of_year": "{d}/{m}",
    "point": ",",
    "group": "."
  }
};
