const en = {
  regainCode: 'I have a recovery code',
  regainCodeField: 'Recovery code',
  regainCodeHint: 'Seven groups of four letters and digits, as the device printed it.',
  regainCodeIn: 'Come in by the code',
  regainCodeMistyped: 'There is a mistake in the code: look at it once more.',
  regainCodeWrong: 'This device does not know this code. Look whether it is of this device.',
  regainCodeOver:
    'This code is over: it was used, a newer one was made, or an owner was sent away. Take the newest.',
  regainCodeUsed:
    'The code is used up. Make a new one on the device: vedette recovery. If your phone is lost, take its key back under People.',
  regainButton: 'I am at the device',
  regainButtonHint:
    'Ask here first, then hold the device’s button. In the minute that follows nobody else may ask.',
  regainAsk: 'Ask to come in',
  regainHold: (seconds: number) => `Hold the device’s button for ${seconds} s.`,
  regainWait: (seconds: number) => `Asked. It is decided in ${seconds} s.`,
  regainOthers: 'Somebody else asked too, so nobody came in. See who is in your network, and try again.',
  regainFailed: 'The device could not keep this, so nobody came in. Its log says why.',
  regainNotHere: 'This works only in the device’s own network, at its own address.',
  regainCompare:
    'They stand with your name in the device’s activity. If they differ there, somebody is in between: close the page.',
  regainBack: 'Back',
};

const ru: typeof en = {
  regainCode: 'У меня есть код восстановления',
  regainCodeField: 'Код восстановления',
  regainCodeHint: 'Семь групп по четыре буквы и цифры, как их напечатало устройство.',
  regainCodeIn: 'Войти по коду',
  regainCodeMistyped: 'В коде ошибка: проверьте его ещё раз.',
  regainCodeWrong: 'Устройство не знает этого кода. Проверьте, от этого ли он устройства.',
  regainCodeOver:
    'Этот код больше не действует: им уже вошли, есть более новый, или доступ владельца закрыт. Возьмите самый новый.',
  regainCodeUsed:
    'Код использован. Создайте новый на устройстве: vedette recovery. Если телефон потерян, отзовите его ключ в разделе «Люди».',
  regainButton: 'Я у устройства',
  regainButtonHint:
    'Сначала попросите здесь, потом удерживайте кнопку устройства. В следующую минуту больше никто не должен просить.',
  regainAsk: 'Попросить доступ',
  regainHold: (seconds) => `Удерживайте кнопку устройства ${seconds} с.`,
  regainWait: (seconds) => `Запрос принят. Решение через ${seconds} с.`,
  regainOthers:
    'Доступ просил кто-то ещё, поэтому никто не вошёл. Посмотрите, кто в вашей сети, и попробуйте снова.',
  regainFailed: 'Устройство не смогло это сохранить, поэтому никто не вошёл. Причина в его журнале.',
  regainNotHere: 'Это работает только в собственной сети устройства, по его собственному адресу.',
  regainCompare:
    'Они стоят рядом с вашим именем в журнале устройства. Если там другие, кто-то вмешался: закройте страницу.',
  regainBack: 'Назад',
};

/** Words about coming in without an invitation: by a recovery code, or by the device's button. */
export const regain = { en, ru };
